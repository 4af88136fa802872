"""Rules that begin or end within the month, where the contract looks at its days: each day goes by its own rules.

Belongs here: which rule holds on a counted day, and what the days come to. Does not belong here: whether the count of a
day is known (`test_counts_of_files`), agreements that prorate a count of one day (`test_amounts_by_day`).
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.engine.example_desk import CLIENT, JUNE, PORTAL, SEAT, Desk, days
from tests.engine.project import Engine

LAST = date(2026, 6, 30)


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def _june(day: int) -> date:
    return date(2026, 6, day)


def _exclude(desk: Desk, **columns: Any) -> None:
    rule = dict.fromkeys(("client_id", "source_system", "vendor_product_id", "source_record_id"), "*")
    desk.rule("exclusions", **{**rule, "reason": "trial", **columns})


@pytest.mark.parametrize(
    "named",
    [
        {"source_system": PORTAL, "vendor_product_id": "p1"},
        {"client_id": f"connectwise:{CLIENT}"},
        {"source_system": PORTAL},
    ],
)
def test_a_trial_counts_from_the_day_on_which_it_ends(desk: Desk, named: dict[str, str]) -> None:
    """Contract case 10: a trial until 16 June, prorated, 10 units: 15 days of 10 are 150 unit-days, and 110.00."""
    desk.prorates = True
    desk.counted_by_day("prorated")
    desk.line(10, "22.00")
    desk.daily(days(JUNE, LAST, 10))
    _exclude(desk, valid_to=_june(16), **named)
    row = desk.compute()
    assert (row["class"], row["unit_days"], row["expected_amount"]) == ("matched", 150, Decimal("110.00"))


@pytest.mark.parametrize(("when", "expected"), [("prorated", 0), ("average", "5"), ("peak", "10")])
def test_an_exclusion_that_begins_within_the_month_leaves_the_days_before(
    desk: Desk, when: str, expected: int | str
) -> None:
    """From 16 June on nothing counts; the first 15 days stay what they were."""
    desk.counted_by_day(when)
    desk.line(10, "22.00")
    desk.daily(days(JUNE, LAST, 10))
    _exclude(desk, valid_from=_june(16), source_system=PORTAL)
    row = desk.compute()
    assert row["expected_quantity"] == Decimal(expected)
    if when == "prorated":
        assert (row["unit_days"], row["expected_amount"]) == (150, Decimal("110.00"))


def _mapped(desk: Desk, when: str, *periods: tuple[int, date | None, date | None]) -> None:
    """Count by day; the account of the portal is that client's on those days."""
    desk.counting("used", used_source=PORTAL, counted_when=when)
    desk.rule("product_map", source_system=PORTAL, vendor_product_id="p1", product_id=f"connectwise:{SEAT}")
    for client, first, until in periods:
        desk.rule("client_map", source_system=PORTAL, account_id="c1", client_id=f"connectwise:{client}",
                  valid_from=first, valid_to=until)  # fmt: skip


def test_an_account_counts_for_its_client_from_the_day_on_which_it_is_mapped(desk: Desk) -> None:
    """Contract case 11: mapped from 16 June; its peak of 40 was on 8 June, when it was not the client's: peak 10."""
    _mapped(desk, "peak", (CLIENT, _june(16), None))
    desk.line(10, "22.00")
    desk.daily([*days(JUNE, _june(7), 10), (_june(8), 40), *days(_june(9), LAST, 10)])
    row = desk.compute()
    assert (row["class"], row["expected_quantity"]) == ("matched", 10)
    assert "10 used at portal at the peak of 2026-06-16" in row["explanation"]


def test_an_account_that_left_its_client_counts_for_the_days_before(desk: Desk) -> None:
    """The average of 15 days of 10 and 15 days of nothing, beside an account that stays."""
    _mapped(desk, "average", (CLIENT, None, _june(16)))
    desk.rule("client_map", source_system=PORTAL, account_id="c2", client_id=f"connectwise:{CLIENT}")
    desk.line(8, "22.00")
    desk.daily(days(JUNE, LAST, 10))
    desk.daily(days(JUNE, LAST, 3), account="c2")
    row = desk.compute()
    assert (row["class"], row["expected_quantity"], row["used_quantity"]) == ("matched", 8, 3)


def test_a_product_that_is_mapped_within_the_month_counts_from_that_day(desk: Desk) -> None:
    desk.counting("used", used_source=PORTAL, counted_when="average")
    desk.rule("client_map", source_system=PORTAL, account_id="c1", client_id=f"connectwise:{CLIENT}")
    desk.rule("product_map", source_system=PORTAL, vendor_product_id="p1", product_id=f"connectwise:{SEAT}",
              valid_from=_june(16))  # fmt: skip
    desk.line(5, "22.00")
    desk.daily(days(JUNE, LAST, 10))
    row = desk.compute()
    assert (row["class"], row["expected_quantity"]) == ("matched", 5)
