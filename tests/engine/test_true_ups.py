"""A month that is run again after its end: late invoices and restated usage count, a later PSA does not.

Belongs here: contract cases of true-ups through all models, with exactly their numbers, and the exposure that they
leave standing. Does not belong here: months that nobody read (`test_read_after_period`), promises (`test_time`).
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.docs.pages import page
from tests.engine.example_desk import JULY, JUNE, KEY, Desk, days
from tests.engine.project import Engine, at_midnight
from tests.engine.test_read_after_period import SOURCES

AUGUST = date(2026, 8, 1)
END_OF_JUNE, END_OF_JULY = datetime(2026, 6, 30, 20, tzinfo=UTC), datetime(2026, 7, 31, 20, tzinfo=UTC)
MENDED = datetime(2026, 8, 1, 9, tzinfo=UTC)
TRUE_UP = datetime(2026, 8, 15, 9, tzinfo=UTC)


@pytest.fixture
def desk(engine: Engine) -> Desk:
    desk = Desk(engine)
    desk.counting("owned", owned_source="pax8")
    return desk


def run(desk: Desk, month: date, as_of: datetime, billed: int, owned: int | None = None) -> dict[str, Any]:
    """Read everything two hours before `as_of`, run `month` and publish it."""
    desk.read_at = as_of - timedelta(hours=2)
    desk.engine.run(month, as_of, run_id=f"run-{month}-{as_of}", sources=SOURCES)
    desk.lines = []
    desk.line(billed, "22.00")
    if owned is not None:
        desk.vendor["subscriptions"] = []
        desk.subscription(owned)
    row = desk.compute()
    desk.closed(month)
    return row


def test_a_mended_line_changes_no_month_before_it(desk: Desk) -> None:
    """Contract case 19: underbilled 3 in June and July, mended on 1 August; June is trued up on 15 August."""
    assert run(desk, JUNE, END_OF_JUNE, 10, 13)["revenue_impact"] == 66
    assert run(desk, JULY, END_OF_JULY, 10, 13)["exposure_amount"] == 66
    august = run(desk, AUGUST, MENDED, 13, 13)
    assert (august["class"], august["variance"]) == ("matched", 0)
    assert (august["exposure_months"], august["exposure_amount"]) == (2, 132)
    told = "Stood in 2 earlier months (2026-06, 2026-07): 132.00 exposed."
    assert told in august["explanation"]
    assert told in page("rules.md")
    june = run(desk, JUNE, TRUE_UP, 13, 13)
    assert (june["class"], june["billed_quantity"], june["revenue_impact"]) == ("underbilled", 10, 66)
    kept = "Billed as connectwise was read on 2026-06-30; what changed there since belongs to later months."
    assert kept in june["explanation"]
    assert kept in page("rules.md")
    august = run(desk, AUGUST, TRUE_UP + timedelta(hours=1), 13, 13)
    assert (august["class"], august["exposure_months"], august["exposure_amount"]) == ("matched", 2, 132)
    assert "Billed as" not in august["explanation"]
    assert desk.engine.rows("SELECT * FROM analytics.tie_out WHERE NOT passed") == []


def test_a_true_up_keeps_what_was_billed_too_much(desk: Desk) -> None:
    """16 billed for 13, lowered on 1 August: June was 3 x 22.00 too much, and its line did not change that day."""
    assert run(desk, JUNE, END_OF_JUNE, 16, 13)["revenue_impact"] == -66
    assert run(desk, AUGUST, MENDED, 13, 13)["exposure_amount"] is None
    june = run(desk, JUNE, TRUE_UP, 13, 13)
    assert (june["class"], june["billed_quantity"], june["revenue_impact"]) == ("overbilled", 16, -66)


def test_what_is_lost_is_told_once_where_the_line_is_right_again(desk: Desk) -> None:
    """The first month that is billed right tells what the months before lost; it ends the chain for those after it."""
    run(desk, JUNE, END_OF_JUNE, 10, 13)
    assert run(desk, JULY, END_OF_JULY, 13, 13)["exposure_amount"] == 66
    assert run(desk, AUGUST, MENDED, 13, 13)["exposure_amount"] is None


def test_a_late_invoice_counts_beside_the_lines_of_then(engine: Engine) -> None:
    """By charges: June's invoice of 13 comes in July, the PSA bills 13 since 1 August; June billed 10."""
    desk = Desk(engine)
    desk.counting("charged", charged_source="pax8")
    assert run(desk, JUNE, END_OF_JUNE, 10, 13)["class"] == "not_assessed"
    desk.item(13, "229.84", JUNE, date(2026, 6, 30))
    june = run(desk, JUNE, TRUE_UP, 13, 13)
    assert (june["charged_quantity"], june["billed_quantity"], june["revenue_impact"]) == (13, 10, 66)


def test_restated_usage_counts_beside_the_lines_of_then(engine: Engine) -> None:
    """The portal restates June from 13 to 12 in August: 2 x 22.00 are short, whatever the PSA says by then."""
    desk = Desk(engine)
    desk.counted_by_day("peak")
    desk.daily(days(JUNE, date(2026, 6, 30), 13))
    assert run(desk, JUNE, END_OF_JUNE, 10)["revenue_impact"] == 66
    desk.vendor = {}
    desk.daily(days(JUNE, date(2026, 6, 30), 12), file="restated.csv")
    june = run(desk, JUNE, TRUE_UP, 12)
    assert (june["used_quantity"], june["billed_quantity"], june["revenue_impact"]) == (12, 10, 44)


def test_a_month_first_run_after_its_end_keeps_what_was_billed_then(desk: Desk) -> None:
    """June is run on 2 July for the first time, and again after the PSA was mended."""
    assert run(desk, JUNE, datetime(2026, 7, 2, 9, tzinfo=UTC), 10, 13)["revenue_impact"] == 66
    june = run(desk, JUNE, TRUE_UP, 13, 13)
    assert (june["billed_quantity"], june["revenue_impact"]) == (10, 66)
    assert "Read after the period: connectwise on 2026-07-02, 2 days after 2026-06-30" in june["explanation"]


@pytest.mark.parametrize(
    ("before", "after", "billed"),
    [
        # The last read before the end is within the PSA's limit of 26 hours.
        pytest.param(datetime(2026, 6, 29, 23, tzinfo=UTC), datetime(2026, 7, 1, 1, tzinfo=UTC), 10, id="in-time"),
        # It is beyond the limit, and the next read is nearer to the end.
        pytest.param(datetime(2026, 6, 27, 8, tzinfo=UTC), datetime(2026, 7, 1, 8, tzinfo=UTC), 13, id="nearer-after"),
        # Neither tells how June ended.
        pytest.param(datetime(2026, 6, 27, 8, tzinfo=UTC), datetime(2026, 8, 1, 8, tzinfo=UTC), None, id="neither"),
    ],
)
def test_the_read_that_tells_how_the_month_ended_counts(
    desk: Desk, before: datetime, after: datetime, billed: int | None
) -> None:
    run(desk, JUNE, before + timedelta(hours=2), 10, 13)
    desk.counting("used", used_source="ninjaone")
    desk.rules["counting"] = [{"product_id": "connectwise:771", "basis": "fixed"}]
    run(desk, after.date().replace(day=1), after + timedelta(hours=2), 13, 13)
    june = run(desk, JUNE, TRUE_UP, 20, 13)
    if billed is None:
        assert (june["class"], june["variance"]) == ("not_assessed", None)
    else:
        assert (june["class"], june["billed_quantity"]) == ("matched", billed)
        assert ("read_after_period" in june["flags"]) == (after.month == 7 and billed == 13)


def test_billing_lines_of_files_are_those_of_then(desk: Desk) -> None:
    """A PSA that exports its lines: the file of June stays June's, an inbox that was empty then takes the first one."""
    for folder_month, as_of, quantity in ((JUNE, END_OF_JUNE, 10), (AUGUST, MENDED, 13), (JUNE, TRUE_UP, 13)):
        desk.read_at = as_of - timedelta(hours=2)
        desk.engine.run(folder_month, as_of, run_id=f"run-{as_of}", sources=SOURCES)
        desk.lay_out()
        desk.engine.read(
            "exports",
            "billing_lines",
            [
                {
                    "source_name": "autotask",
                    "file_name": "lines.csv",
                    "file_hash": f"{quantity:064}",
                    "sheet_name": "",
                    "row_number": 2,
                    "client_id": "7",
                    "product_code": "SEAT",
                    "quantity": Decimal(quantity),
                    "unit_price": Decimal("22.00"),
                }
            ],
            at=desk.read_at + timedelta(minutes=1),
        )
    desk.engine.compute()
    (line,) = desk.engine.rows("SELECT * FROM canonical.billing_lines WHERE source_system = 'autotask'")
    assert line["billed_quantity"] == 10


def test_an_agreement_that_came_later_bills_nothing_before(desk: Desk) -> None:
    """A second line with a date in June, written into the PSA in August, was not billed in June."""
    run(desk, JUNE, END_OF_JUNE, 10, 13)
    desk.read_at = TRUE_UP - timedelta(hours=2)
    desk.engine.run(JUNE, TRUE_UP, run_id="run-2", sources=SOURCES)
    desk.line(3, "22.00", effective_date=at_midnight(2026, 6, 1))
    june = desk.compute()
    assert (june["line_key"], june["billed_quantity"], june["revenue_impact"]) == (KEY, 10, 66)
