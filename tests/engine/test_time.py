"""What a month owes to the months before it: promises that clear or do not, and what stood unbilled.

Belongs here: contract cases over several runs of one home, with exactly their numbers. Does not belong here: counts
within one month (`test_counts_by_day`).
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.docs.pages import page
from tests.engine.example_desk import JULY, JUNE, Desk, days
from tests.engine.project import Engine, at_midnight

END_OF = {month: datetime(2026, month, 28, 8, tzinfo=UTC) for month in range(4, 10)}


@pytest.fixture
def desk(engine: Engine) -> Desk:
    desk = Desk(engine)
    desk.counting("owned", owned_source="pax8")
    return desk


def month(desk: Desk, number: int, billed: int, owned: int, *, later: tuple[int, date] | None = None) -> dict[str, Any]:
    """Run the month with a line of `billed`, perhaps another that starts `later`, and publish it."""
    desk.set_month(END_OF[number], f"run-{number}")
    desk.lines, desk.vendor = [], {}
    desk.line(billed, "22.00")
    if later is not None:
        desk.line(later[0], "22.00", effective_date=at_midnight(later[1].year, later[1].month, later[1].day))
    desk.subscription(owned)
    row = desk.compute()
    desk.closed(date(2026, number, 1))
    return row


def test_a_promise_that_is_moved_again_and_again_is_timing_once(desk: Desk) -> None:
    """Contract case 17: 3 seats of June, their line moved from 15 July to 15 August to 30 September."""
    assert month(desk, 5, 10, 10)["class"] == "matched"
    june = month(desk, 6, 10, 13, later=(3, date(2026, 7, 15)))
    july = month(desk, 7, 10, 13, later=(3, date(2026, 8, 15)))
    august = month(desk, 8, 10, 13, later=(3, date(2026, 9, 30)))
    assert (june["class"], july["class"], august["class"]) == ("timing", "underbilled", "underbilled")
    assert (july["variance"], july["revenue_impact"]) == (3, 66)
    missed = "In 2026-06 this was timing, to clear in 2026-07: it has not cleared."
    assert missed in july["explanation"]
    assert july["explanation"].partition(missed)[0] + missed in page("rules.md")
    assert missed in august["explanation"]
    assert (august["exposure_months"], august["exposure_amount"]) == (1, 66)


def test_a_promise_that_is_kept_clears(desk: Desk) -> None:
    month(desk, 5, 10, 10)
    assert month(desk, 6, 10, 13, later=(3, date(2026, 7, 1)))["class"] == "timing"
    july = month(desk, 7, 13, 13)
    assert (july["class"], july["exposure_months"]) == ("matched", None)
    assert "not cleared" not in july["explanation"]


def test_new_seats_beside_a_kept_promise_are_a_lag_of_their_own(desk: Desk) -> None:
    month(desk, 5, 10, 10)
    assert month(desk, 6, 10, 13, later=(3, date(2026, 7, 1)))["class"] == "timing"
    assert month(desk, 7, 13, 15, later=(2, date(2026, 8, 1)))["class"] == "timing"


def test_a_line_to_come_explains_no_units_that_were_there_a_month_ago(desk: Desk) -> None:
    """The difference stood for whole months before anybody promised a line: it is money, not a lag."""
    month(desk, 5, 10, 13)
    june = month(desk, 6, 10, 13, later=(3, date(2026, 7, 1)))
    assert (june["class"], june["revenue_impact"], june["exposure_amount"]) == ("underbilled", 66, 66)


def test_seats_that_went_a_month_ago_are_no_lag(desk: Desk) -> None:
    month(desk, 5, 10, 7)
    desk.set_month(END_OF[6], "run-6")
    desk.lines, desk.vendor = [], {}
    desk.line(7, "22.00")
    desk.line(3, "22.00", cancelled_date=at_midnight(2026, 7, 1))
    desk.subscription(7)
    row = desk.compute()
    assert (row["class"], row["variance"]) == ("overbilled", -3)


def test_exposure_names_its_months_and_what_lies_between(desk: Desk) -> None:
    """Contract case 18: underbilled in April and May, timing in June, underbilled in July."""
    month(desk, 4, 10, 13)
    month(desk, 5, 10, 13)
    assert month(desk, 6, 13, 15, later=(2, date(2026, 7, 1)))["class"] == "timing"
    july = month(desk, 7, 13, 15)
    assert (july["class"], july["variance"]) == ("underbilled", 2)
    assert (july["exposure_months"], july["exposure_amount"]) == (2, 132)
    assert (
        "Stood in 2 earlier months (2026-04, 2026-05): 132.00 exposed, without 2026-06 was timing."
        in (july["explanation"])
    )
    assert "In 2026-06 this was timing, to clear in 2026-07: it has not cleared." in july["explanation"]


def test_a_month_that_nobody_ran_is_a_gap_and_breaks_no_chain(desk: Desk) -> None:
    month(desk, 4, 10, 13)
    july = month(desk, 7, 10, 13)
    assert (july["exposure_months"], july["exposure_amount"]) == (1, 66)
    assert "(2026-04): 66.00 exposed, without 2026-05 was not run, 2026-06 was not run." in july["explanation"]


def test_a_month_that_was_billed_right_ends_the_chain(desk: Desk) -> None:
    month(desk, 4, 10, 13)
    month(desk, 5, 13, 13)
    june = month(desk, 6, 13, 15)
    assert (june["class"], june["exposure_months"], june["exposure_amount"]) == ("underbilled", None, None)


def test_exposure_adds_what_each_month_was_itself_short_of(desk: Desk) -> None:
    """The sum of the months' own differences, whatever this month's is."""
    month(desk, 4, 10, 13)
    month(desk, 5, 10, 11)
    june = month(desk, 6, 10, 15)
    assert (june["revenue_impact"], june["exposure_months"], june["exposure_amount"]) == (110, 2, 66 + 22)


def test_exposure_of_a_prorated_month_is_what_its_days_come_to(engine: Engine) -> None:
    """Contract case 16: 10 more on 30 June, prorated, not billed: June was short of 7.33, not of 220.00."""
    desk = Desk(engine)
    desk.counted_by_day("prorated")
    desk.line(10, "22.00")
    desk.set_month(datetime(2026, 6, 30, 20, tzinfo=UTC), "run-6")
    desk.daily([*days(JUNE, date(2026, 6, 29), 10), (date(2026, 6, 30), 20)])
    june = desk.compute()
    assert (june["class"], june["variance"], june["amount_variance"]) == ("underbilled", 10, Decimal("7.33"))
    desk.closed(JUNE)
    desk.set_month(datetime(2026, 7, 31, 20, tzinfo=UTC), "run-7")
    desk.vendor = {}
    desk.daily(days(JULY, date(2026, 7, 31), 20))
    july = desk.compute()
    assert (july["exposure_months"], july["exposure_amount"]) == (1, Decimal("7.33"))


def first_bill(desk: Desk, *, bought: datetime, starts: datetime) -> dict[str, Any]:
    """An agreement and its line that start together; nothing else is billed."""
    desk.set_month(datetime(2026, 6, 30, 20, tzinfo=UTC))
    desk.agreements[0]["start_date"] = starts
    desk.line(10, "22.00", effective_date=starts)
    desk.subscription(10, start_date=bought)
    return desk.compute()


def test_an_agreement_that_starts_next_month_bills_the_seats_of_its_last_days_then(desk: Desk) -> None:
    """Contract case 34: agreement and line start on 1 July, the seats were bought on 28 June."""
    row = first_bill(desk, bought=at_midnight(2026, 6, 28), starts=at_midnight(2026, 7, 1))
    assert (row["class"], row["variance"]) == ("timing", 10)
    assert "10 more from 2026-07-01" in row["explanation"]


def test_an_agreement_that_starts_next_month_explains_no_seats_of_last_winter(desk: Desk) -> None:
    row = first_bill(desk, bought=at_midnight(2026, 1, 1), starts=at_midnight(2026, 7, 1))
    assert (row["class"], row["variance"]) == ("unbilled", 10)


def test_an_agreement_that_starts_after_the_next_month_is_no_lag(desk: Desk) -> None:
    row = first_bill(desk, bought=at_midnight(2026, 6, 28), starts=at_midnight(2026, 8, 1))
    assert row["class"] == "unbilled"


def test_a_line_without_days_of_its_own_starts_with_its_agreement(desk: Desk) -> None:
    desk.set_month(datetime(2026, 6, 30, 20, tzinfo=UTC))
    desk.agreements[0]["start_date"] = at_midnight(2026, 7, 1)
    desk.line(10, "22.00", effective_date=None)
    desk.subscription(10, start_date=at_midnight(2026, 6, 28))
    assert desk.compute()["class"] == "timing"
