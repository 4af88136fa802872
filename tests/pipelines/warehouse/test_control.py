from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from pipelines.warehouse.control import Run, SourceRow, write_run, write_sources
from pipelines.warehouse.writing import transaction


def a_run(period: date, as_of: datetime) -> Run:
    return Run("run", period, as_of, "USD", Decimal("0.9"), "1", "rules")


@pytest.mark.parametrize(
    ("as_of", "cutoff", "cutoff_date"),
    [
        (datetime(2026, 6, 10, 15, tzinfo=UTC), datetime(2026, 6, 10, 15, tzinfo=UTC), date(2026, 6, 10)),
        (datetime(2026, 6, 30, 23, 59, tzinfo=UTC), datetime(2026, 6, 30, 23, 59, tzinfo=UTC), date(2026, 6, 30)),
        (datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC), date(2026, 6, 30)),
        (datetime(2026, 7, 20, 8, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC), date(2026, 6, 30)),
    ],
)
def test_the_cut_off_is_the_clock_but_never_after_the_period(
    as_of: datetime, cutoff: datetime, cutoff_date: date
) -> None:
    run = a_run(date(2026, 6, 1), as_of)
    assert (run.cutoff, run.cutoff_date) == (cutoff, cutoff_date)


def test_december_ends_in_the_next_year() -> None:
    assert a_run(date(2026, 12, 1), datetime(2026, 12, 5, tzinfo=UTC)).period_end == date(2027, 1, 1)


def test_there_is_one_run_row_whatever_came_before(warehouse) -> None:
    for day in (1, 2):
        write_run(warehouse.connection, a_run(date(2026, 6, 1), datetime(2026, 6, day, tzinfo=UTC)))
    assert warehouse.connection.execute("SELECT count(*), max(day(as_of)) FROM control.run").fetchone() == (1, 2)


def test_sources_are_replaced(warehouse) -> None:
    write_sources(warehouse.connection, [SourceRow("pax8", "vendor", True, 26), SourceRow("x", "vendor", False, 2)])
    write_sources(warehouse.connection, [SourceRow("pax8", "vendor", False, 26)])
    assert warehouse.connection.execute("SELECT source_system, is_enabled FROM control.sources").fetchall() == [
        ("pax8", False)
    ]


def test_a_failed_transaction_leaves_nothing(warehouse) -> None:
    def fail_halfway() -> None:
        with transaction(warehouse.connection):
            warehouse.connection.execute("INSERT INTO control.sources VALUES ('pax8', 'vendor', true, 26)")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_halfway()
    assert warehouse.connection.execute("SELECT count(*) FROM control.sources").fetchone() == (0,)


def test_a_failed_read_names_no_rows(warehouse) -> None:
    warehouse.read("pax8", "companies", [], status="failed")
    assert warehouse.connection.execute("SELECT status, load_id FROM control.reads").fetchall() == [("failed", None)]
