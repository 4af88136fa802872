"""Agreements that prorate: what the period's bill comes to and should come to, for a count of one day.

Belongs here: lines and agreements that begin or end within the month. Does not belong here: counts of every day
(`test_rules_by_day`).
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.engine.example_desk import Desk
from tests.engine.project import Engine, at_midnight

START = at_midnight(2026, 6, 16)


@pytest.fixture
def desk(engine: Engine) -> Desk:
    desk = Desk(engine)
    desk.prorates = True
    desk.counting("owned", owned_source="pax8")
    return desk


def _amounts(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["expected_amount"], row["billed_amount"], row["amount_variance"]


def _money(*amounts: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(amount) for amount in amounts)


def test_seats_billed_from_the_day_on_which_they_came_leave_no_difference(desk: Desk) -> None:
    """Contract case 14: 3 seats more from 17 June, billed from that day; the count is that of the last day."""
    desk.line(10, "22.00")
    desk.line(3, "22.00", effective_date=at_midnight(2026, 6, 17))
    desk.subscription(10)
    desk.subscription(3, start_date=at_midnight(2026, 6, 17))
    row = desk.compute()
    assert (row["class"], *_amounts(row)) == ("matched", *_money("250.80", "250.80", "0"))


def test_seats_cancelled_within_the_month_leave_no_difference(desk: Desk) -> None:
    """13 until 16 June and 10 from then on: 220.00 + 3 x 22.00 x 15/30."""
    desk.line(10, "22.00")
    desk.line(3, "22.00", cancelled_date=START)
    desk.subscription(10)
    row = desk.compute()
    assert (row["class"], *_amounts(row)) == ("matched", *_money("253.00", "253.00", "0"))


@pytest.mark.parametrize("seats", [15, 10])
def test_what_differs_beside_a_line_that_began_is_not_known_by_day(desk: Desk, seats: int) -> None:
    """2 seats that nobody bills, or 3 too many: nobody knows since when, so what is due for June is not known."""
    desk.line(10, "22.00")
    desk.line(3, "22.00", effective_date=at_midnight(2026, 6, 17))
    desk.subscription(seats)
    row = desk.compute()
    assert (row["variance"], *_amounts(row)) == (seats - 13, None, Decimal("250.80"), None)


def test_an_agreement_that_starts_within_the_month_bills_its_days(desk: Desk) -> None:
    """Contract case 15: the agreement starts on 16 June, its line has no dates, 10 units: 15 of 30 days."""
    desk.agreements[0]["start_date"] = START
    desk.line(10, "22.00", effective_date=None)
    desk.subscription(10)
    row = desk.compute()
    assert (row["class"], *_amounts(row)) == ("matched", *_money("110.00", "110.00", "0"))


def test_a_difference_counts_for_the_days_of_the_agreement(desk: Desk) -> None:
    """2 more than billed, for the 15 days of the agreement: 22.00 of 44.00 a month."""
    desk.agreements[0]["start_date"] = START
    desk.line(10, "22.00", effective_date=None)
    desk.subscription(12)
    row = desk.compute()
    assert (row["revenue_impact"], *_amounts(row)) == _money("44.00", "132.00", "110.00", "22.00")


def test_an_agreement_that_ended_within_the_month_bills_its_days(desk: Desk) -> None:
    """Until 15 June; what is due after it has no agreement, so the month's amount is not known."""
    desk.agreements[0] |= {"no_ending_date_flag": False, "end_date": at_midnight(2026, 6, 15)}
    desk.line(10, "22.00", effective_date=None)
    desk.subscription(10)
    row = desk.compute()
    assert (row["class"], row["billed_quantity"]) == ("unbilled", 0)
    assert _amounts(row) == (None, Decimal("110.00"), None)


def test_an_agreement_that_replaced_another_goes_on_billing(desk: Desk) -> None:
    """One agreement until 15 June, the next one from 16 June: one whole month."""
    desk.agreements[0] |= {"no_ending_date_flag": False, "end_date": at_midnight(2026, 6, 15)}
    desk.agreement(42, date(2026, 6, 16))
    desk.line(10, "22.00", effective_date=None)
    desk.line(10, "22.00", effective_date=None, agreement_id=42)
    desk.subscription(10)
    row = desk.compute()
    assert (row["class"], *_amounts(row)) == ("matched", *_money("220.00", "220.00", "0"))


def test_an_agreement_that_does_not_prorate_bills_its_lines_whole(desk: Desk) -> None:
    """The near miss: the same dates, and no proration."""
    desk.prorates = False
    desk.agreements[0]["start_date"] = START
    desk.line(10, "22.00", effective_date=None)
    desk.subscription(10)
    assert _amounts(desk.compute()) == _money("220.00", "220.00", "0")
