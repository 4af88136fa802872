"""A month that nobody read: the first good read after it is compared, and every line says so.

Belongs here: which reads count for a period that is over, through all models. Does not belong here: counts of several
days (`test_counts_of_kept_reads`), how old a read may be (`dbt_project/canonical/test_source_status`).
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.engine.example_desk import JUNE, KEY, Desk
from tests.engine.project import Engine, at_midnight

FIRST_RUN = datetime(2026, 7, 3, 8, tzinfo=UTC)
SOURCES = {
    "connectwise": "psa",
    "pax8": "vendor",
    "ninjaone": "vendor",
    "microsoft_graph": "vendor",
    "exports": "vendor",
}


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def _true_up(desk: Desk, as_of: datetime, run_id: str = "run-1", **run: Any) -> None:
    """A run for June as of a day in July."""
    desk.read_at = as_of - timedelta(hours=2)
    desk.engine.run(JUNE, as_of, run_id=run_id, sources=SOURCES, **run)


def _lines(desk: Desk) -> list[dict[str, Any]]:
    return desk.engine.rows("SELECT * FROM analytics.reconciliation")


def test_a_first_run_for_last_month_uses_its_own_read_and_flags_every_line(desk: Desk) -> None:
    """B 10, O 12 at 22.00, read on 3 July for June: underbilled 2 = 44.00, three days after the period's last day."""
    desk.counting("owned", owned_source="pax8")
    desk.line(10, "22.00")
    desk.subscription(12)
    desk.devices(2, retired=0)
    _true_up(desk, FIRST_RUN)
    row = desk.compute()
    assert (row["class"], row["variance"], row["revenue_impact"]) == ("underbilled", 2, Decimal("44.00"))
    assert (
        "Read after the period: connectwise on 2026-07-03, 3 days after 2026-06-30; pax8 on 2026-07-03, 3 days after"
        " 2026-06-30." in row["explanation"]
    )
    assert all("read_after_period" in line["flags"] for line in _lines(desk))
    health = desk.engine.row("SELECT * FROM analytics.source_health WHERE source_system = 'pax8'")
    assert (health["status"], health["age_hours"]) == ("healthy", 0)
    assert health["message"] == "not read in the period: first read on 2026-07-03, 3 days after its last day"


def test_what_has_dates_goes_by_them(desk: Desk) -> None:
    """Seats, devices and lines of July are none of June's, though the first read of all is of July."""
    desk.counting("owned", owned_source="pax8", used_source="ninjaone")
    desk.line(10, "22.00", cancelled_date=at_midnight(2026, 7, 2))
    desk.line(7, "22.00", effective_date=at_midnight(2026, 7, 1))
    desk.subscription(10, end_date=date(2026, 7, 2))
    desk.subscription(7, start_date=at_midnight(2026, 7, 1))
    desk.devices(3, retired=0)
    desk.vendor["devices"][2]["created"] = datetime(2026, 7, 2, 9, tzinfo=UTC).timestamp()
    _true_up(desk, FIRST_RUN)
    row = desk.compute()
    assert (row["billed_quantity"], row["owned_quantity"], row["used_quantity"]) == (10, 10, 2)
    late = desk.engine.row(
        "SELECT * FROM analytics.row_dispositions WHERE source_table = 'devices' AND source_record_id = '3'"
    )
    assert (late["disposition"], late["reason"]) == ("information_only", "added on 2026-07-02")


def test_a_machine_installed_anew_after_the_period_is_the_old_record_in_it(desk: Desk) -> None:
    desk.counting("used", used_source="ninjaone")
    desk.line(1, "22.00")
    desk.devices(2, retired=0)
    for device in desk.vendor["devices"]:
        device["uid"] = "7f0e9a12-0000-4000-8000-000000000001"
    desk.vendor["devices"][1]["created"] = datetime(2026, 7, 2, 9, tzinfo=UTC).timestamp()
    _true_up(desk, FIRST_RUN)
    row = desk.compute()
    assert (row["class"], row["used_quantity"]) == ("matched", 1)


def test_a_later_run_keeps_the_first_read_after_the_period(desk: Desk) -> None:
    """On 20 July the seats are 30; for June the read of 3 July stays the nearest."""
    desk.counting("owned", owned_source="pax8")
    desk.line(10, "22.00")
    desk.subscription(12)
    _true_up(desk, FIRST_RUN)
    desk.compute()
    desk.vendor["subscriptions"] = []
    desk.subscription(30)
    _true_up(desk, FIRST_RUN + timedelta(days=17), "run-2")
    row = desk.compute()
    assert (row["owned_quantity"], row["flags"]) == (12, ["read_after_period"])


def test_a_month_that_was_read_is_not_compared_with_what_came_after(desk: Desk) -> None:
    """Read on 30 June with 12 seats and on 3 July with 30: June has 12 and no flag."""
    desk.counting("owned", owned_source="pax8")
    desk.line(10, "22.00")
    desk.subscription(12)
    desk.lay_out()
    desk.vendor["subscriptions"] = []
    desk.subscription(30)
    _true_up(desk, FIRST_RUN, "run-2")
    row = desk.compute()
    assert (row["owned_quantity"], row["flags"]) == (12, [])


def test_a_source_that_was_added_after_the_period_flags_its_own_lines(desk: Desk) -> None:
    """The PSA and the RMM were read in June, the distributor for the first time on 3 July."""
    desk.counting("owned", owned_source="pax8")
    desk.rule("counting", product_id="connectwise:772", basis="used", used_source="ninjaone")
    desk.product(772, "p2")
    desk.devices(4, retired=0)
    desk.rules["product_map"][-1]["product_id"] = "connectwise:772"
    desk.line(10, "22.00")
    desk.line(4, "10.00", product__id=772)
    desk.subscription(12)
    desk.lay_out()
    with desk.engine.connect() as connection:
        connection.execute("DELETE FROM control.reads WHERE source_system = 'pax8'")
    _true_up(desk, FIRST_RUN, "run-2")
    row = desk.compute()
    assert (row["owned_quantity"], row["flags"]) == (12, ["read_after_period"])
    assert "Read after the period: pax8 on 2026-07-03, 3 days after 2026-06-30." in row["explanation"]
    assert desk.row(772)["flags"] == []


def test_a_read_that_failed_in_part_is_not_the_one_to_compare_with(desk: Desk) -> None:
    """On 3 July the subscriptions could not be read; on 5 July they could."""
    desk.counting("owned", owned_source="pax8")
    desk.line(10, "22.00")
    desk.subscription(30)
    _true_up(desk, FIRST_RUN)
    desk.lay_out()
    with desk.engine.connect() as connection:
        connection.execute(
            "UPDATE control.reads SET status = 'failed', run_id = 'run-0' WHERE table_name = 'subscriptions'"
        )
    desk.vendor["subscriptions"] = []
    desk.subscription(12)
    _true_up(desk, FIRST_RUN + timedelta(days=2), "run-2")
    row = desk.compute()
    assert (row["owned_quantity"], row["class"]) == (12, "underbilled")
    assert "read_after_period" in row["flags"]


def test_a_read_before_the_month_is_no_read_in_it(desk: Desk) -> None:
    """Read on 20 May with 50 seats, then on 3 July with 12: June is compared with the nearer one, and says so."""
    desk.counting("owned", owned_source="pax8")
    desk.line(10, "22.00")
    desk.subscription(50)
    desk.set_month(datetime(2026, 5, 20, 8, tzinfo=UTC), "run-0")
    desk.lay_out()
    desk.vendor["subscriptions"] = []
    desk.subscription(12)
    _true_up(desk, FIRST_RUN)
    row = desk.compute()
    assert (row["owned_quantity"], row["flags"]) == (12, ["read_after_period"])


def test_a_run_of_an_earlier_moment_sees_no_read_of_later(desk: Desk) -> None:
    """As of 1 July 08:00 nothing had been read: what was read on 3 July stays unseen."""
    desk.counting("owned", owned_source="pax8")
    desk.line(10, "22.00")
    desk.subscription(12)
    _true_up(desk, FIRST_RUN)
    desk.lay_out()
    desk.engine.run(JUNE, datetime(2026, 7, 1, 8, tzinfo=UTC), run_id="run-2", sources=SOURCES)
    desk.engine.compute()
    assert [line["class"] for line in _lines(desk)] in ([], ["not_assessed"])


def test_a_month_still_running_is_not_compared_with_what_comes(desk: Desk) -> None:
    desk.counting("owned", owned_source="pax8")
    desk.line(10, "22.00")
    desk.subscription(12)
    desk.lay_out()
    desk.engine.run(JUNE, datetime(2026, 6, 20, 8, tzinfo=UTC), run_id="run-2", sources=SOURCES)
    desk.engine.compute()
    assert _lines(desk) == []


@pytest.mark.parametrize("when", ["peak", "average", "fixed_day"])
def test_a_count_of_the_months_days_is_not_known_from_a_read_after_it(desk: Desk, when: str) -> None:
    desk.counting("owned", owned_source="pax8", counted_when=when, **({"count_day": 19} if when == "fixed_day" else {}))
    desk.line(10, "22.00")
    desk.subscription(12)
    _true_up(desk, FIRST_RUN)
    row = desk.compute()
    assert (row["class"], row["expected_quantity"]) == ("not_assessed", None)


def test_the_days_of_a_month_that_nobody_read_make_no_amount(desk: Desk) -> None:
    """Where the agreement prorates, ten seats of 3 July say nothing of how many days of June they were there."""
    desk.prorates = True
    desk.counting("owned", owned_source="pax8", counted_when="prorated")
    desk.line(10, "22.00")
    desk.subscription(12)
    _true_up(desk, FIRST_RUN)
    row = desk.compute()
    assert (row["unit_days"], row["expected_amount"]) == (None, None)


@pytest.mark.parametrize(
    ("timezone", "as_of", "days"),
    [("America/Denver", datetime(2026, 7, 1, 5, tzinfo=UTC), 0), ("UTC", datetime(2026, 7, 1, 5, tzinfo=UTC), 1)],
)
def test_days_are_those_of_the_home(desk: Desk, timezone: str, as_of: datetime, days: int) -> None:
    """05:00 UTC on 1 July is 23:00 on 30 June in Denver: there the read lies in the month, and nothing is flagged."""
    desk.counting("owned", owned_source="pax8")
    desk.line(10, "22.00")
    desk.line(5, "22.00", effective_date=at_midnight(2026, 7, 1))
    desk.subscription(12)
    _true_up(desk, as_of)
    end = datetime(2026, 7, 1, 6 if timezone == "America/Denver" else 0, tzinfo=UTC)
    with desk.engine.connect() as connection:
        connection.execute("UPDATE control.run SET timezone = ?, cutoff = ?", [timezone, min(as_of, end)])
    row = desk.compute()
    assert (row["billed_quantity"], row["owned_quantity"]) == (10, 12)
    assert ("read_after_period" in row["flags"]) == bool(days)
    assert (f"{days} day after 2026-06-30" in row["explanation"]) == bool(days)
    assert row["line_key"] == KEY
