"""Rules that begin or end within the month, where the contract looks at its days: each day goes by its own rules.

Belongs here: which rule holds on a counted day, and what the days come to. Does not belong here: whether the count of a
day is known (`test_counts_of_files`), agreements that prorate a count of one day (`test_amounts_by_day`).
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.engine.example_desk import CLIENT, JUNE, PORTAL, SEAT, Desk, days
from tests.engine.project import Engine, at_midnight

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


def _included(desk: Desk, first: int, then: int) -> None:
    """Two lines that follow each other on 16 June, with other included units."""
    desk.line(30, "22.00", less_included=Decimal(first), cancelled_date=at_midnight(2026, 6, 16))
    desk.line(30, "22.00", less_included=Decimal(then), effective_date=at_midnight(2026, 6, 16))


def _minimum(desk: Desk, quantity: int, **columns: Any) -> None:
    rule = {"client_id": f"connectwise:{CLIENT}", "agreement_id": "*", "product_id": f"connectwise:{SEAT}"}
    desk.rule("terms", **{**rule, "minimum_quantity": Decimal(quantity), "minimum_scope": "line", **columns})


def test_included_units_are_those_of_the_day(desk: Desk) -> None:
    """Contract case 12: 20 included, from 16 June 10; 30 used: 15 days of 10 and 15 of 20, 450 x 22.00 / 30."""
    desk.prorates = True
    desk.counted_by_day("prorated")
    _included(desk, 20, 10)
    desk.daily(days(JUNE, LAST, 30))
    row = desk.compute()
    assert (row["class"], row["unit_days"], row["expected_amount"]) == ("matched", 450, Decimal("330.00"))
    assert (row["billed_amount"], row["amount_variance"]) == (Decimal("330.00"), 0)
    assert "By day: 10 x 15 days + 20 x 15 days = 450 unit-days, 330.00 USD due, 330.00 billed." in (row["explanation"])


@pytest.mark.parametrize(("when", "included", "expected"), [("average", 15, 15), ("peak", 10, 20)])
def test_an_average_and_a_peak_go_by_the_included_units_of_their_days(
    desk: Desk, when: str, included: int, expected: int
) -> None:
    """30 used every day: 15 are included on average, and most is due from 16 June on."""
    desk.counted_by_day(when)
    _included(desk, 20, 10)
    desk.daily(days(JUNE, LAST, 30))
    row = desk.compute()
    assert (row["included_quantity"], row["expected_quantity"]) == (included, expected)


def test_the_peak_goes_by_the_included_units_of_its_own_day(desk: Desk) -> None:
    """40 on 8 June, of which 20 were included then; no later day has as much."""
    desk.counted_by_day("peak")
    _included(desk, 20, 10)
    desk.daily([*days(JUNE, _june(7), 12), (_june(8), 40), *days(_june(9), LAST, 25)])
    row = desk.compute()
    assert (row["class"], row["expected_quantity"]) == ("matched", 20)
    assert "40 used at portal at the peak of 2026-06-08; 40 - 20 included = 20 expected" in row["explanation"]


def test_the_minimum_is_part_of_every_day(desk: Desk) -> None:
    """Contract case 13: minimum 20, 14 used every day, 20 billed: 440.00 are due, as they are billed."""
    desk.prorates = True
    desk.counted_by_day("prorated")
    desk.line(20, "22.00")
    desk.daily(days(JUNE, LAST, 14))
    _minimum(desk, 20)
    row = desk.compute()
    assert (row["class"], row["unit_days"]) == ("matched_minimum", 600)
    assert (row["expected_amount"], row["billed_amount"]) == (Decimal("440.00"), Decimal("440.00"))


@pytest.mark.parametrize(
    ("when", "expected", "amount"), [("prorated", 20, "374.00"), ("average", 17, None), ("peak", 20, None)]
)
def test_a_minimum_holds_from_its_own_day(desk: Desk, when: str, expected: int, amount: str | None) -> None:
    """From 16 June: 15 days of 14 and 15 of 20 are 510 unit-days, 17 on average."""
    desk.counted_by_day(when)
    desk.line(20, "22.00")
    desk.daily(days(JUNE, LAST, 14))
    _minimum(desk, 20, valid_from=_june(16))
    row = desk.compute()
    assert row["expected_quantity"] == expected
    if amount:
        assert (row["unit_days"], row["expected_amount"]) == (510, Decimal(amount))


def test_a_contract_price_holds_from_its_own_day(desk: Desk) -> None:
    """22.00 until 15 June by its own term, 24.00 from 16 June: 110.00 + 120.00."""
    desk.prorates = True
    desk.counted_by_day("prorated")
    desk.line(10, "22.00")
    desk.daily(days(JUNE, LAST, 10))
    rule = {"client_id": f"connectwise:{CLIENT}", "agreement_id": "*", "product_id": f"connectwise:{SEAT}"}
    desk.rule("terms", **rule, contract_price=Decimal(22), currency="USD", valid_to=_june(16))
    desk.rule("terms", **rule, contract_price=Decimal(24), currency="USD", valid_from=_june(16))
    assert desk.compute()["expected_amount"] == Decimal("230.00")


def test_lines_of_two_prices_are_due_what_they_bill(desk: Desk) -> None:
    """10 at 22.00 and 5 at 26.40, 15 used every day: 352.00 on both sides."""
    desk.prorates = True
    desk.counted_by_day("prorated")
    desk.line(10, "22.00")
    desk.line(5, "26.40")
    desk.daily(days(JUNE, LAST, 15))
    row = desk.compute()
    assert (row["expected_amount"], row["billed_amount"]) == (Decimal("352.00"), Decimal("352.00"))


def test_what_is_used_before_the_agreement_is_not_due(desk: Desk) -> None:
    """Used since 1 June, under an agreement from 16 June: 15 days of 10."""
    desk.prorates = True
    desk.agreements[0]["start_date"] = at_midnight(2026, 6, 16)
    desk.counted_by_day("prorated")
    desk.line(10, "22.00", effective_date=None)
    desk.daily(days(JUNE, LAST, 10))
    row = desk.compute()
    assert (row["unit_days"], row["expected_amount"], row["billed_amount"]) == (150, Decimal(110), Decimal(110))


@pytest.mark.parametrize(("when", "expected"), [("average", 20), ("peak", 30)])
def test_a_minimum_of_the_whole_month_is_no_minimum_of_each_day(desk: Desk, when: str, expected: int) -> None:
    """10 and 30 in turn are 20 on average, which reaches the minimum; nothing changed within the month."""
    desk.counted_by_day(when)
    desk.line(20, "22.00")
    desk.daily([(_june(day), 10 if day % 2 else 30) for day in range(1, 31)])
    _minimum(desk, 20)
    assert desk.compute()["expected_quantity"] == expected


def _of_the_successor(desk: Desk) -> dict[str, Any]:
    desk.lay_out()
    key = f"connectwise:{CLIENT}|connectwise:{SEAT}|connectwise:42"
    return desk.engine.row("SELECT * FROM analytics.reconciliation WHERE line_key = ?", key)


@pytest.mark.parametrize(
    ("when", "expected", "amount"), [("prorated", 20, "374.00"), ("average", 20, None), ("peak", 20, None)]
)
def test_a_minimum_of_an_agreement_holds_on_its_own_days(
    desk: Desk, when: str, expected: int, amount: str | None
) -> None:
    """14 used every day; an agreement without a minimum until 15 June, its successor has one of 20 from 16 June.

    One number of the whole month is compared with the minimum that the line has at its end.
    """
    desk.prorates = True
    desk.agreements[0] |= {"no_ending_date_flag": False, "end_date": at_midnight(2026, 6, 15)}
    desk.agreement(42, _june(16))
    desk.counted_by_day(when)
    desk.line(14, "22.00", effective_date=None)
    desk.line(expected, "22.00", agreement_id=42, effective_date=None)
    desk.daily(days(JUNE, LAST, 14))
    desk.rule("terms", client_id=f"connectwise:{CLIENT}", agreement_id="connectwise:42",
              product_id=f"connectwise:{SEAT}", minimum_quantity=Decimal(20), minimum_scope="line")  # fmt: skip
    row = _of_the_successor(desk)
    assert (row["variance"], row["expected_quantity"]) == (0, expected)
    if amount is not None:
        assert (row["unit_days"], row["expected_amount"]) == (510, Decimal(amount))
        assert row["amount_variance"] == 0


def test_a_contract_price_of_an_agreement_holds_on_its_own_days(desk: Desk) -> None:
    """22.00 under one agreement until 15 June, 24.00 by the terms of its successor: 110.00 + 120.00."""
    desk.prorates = True
    desk.agreements[0] |= {"no_ending_date_flag": False, "end_date": at_midnight(2026, 6, 15)}
    desk.agreement(42, _june(16))
    desk.counted_by_day("prorated")
    desk.line(10, "22.00", effective_date=None)
    desk.line(10, "24.00", agreement_id=42, effective_date=None)
    desk.daily(days(JUNE, LAST, 10))
    desk.rule("terms", client_id=f"connectwise:{CLIENT}", agreement_id="connectwise:42",
              product_id=f"connectwise:{SEAT}", contract_price=Decimal(24), currency="USD")  # fmt: skip
    row = _of_the_successor(desk)
    assert (row["expected_amount"], row["amount_variance"], row["price_drift_amount"]) == (Decimal("230.00"), 0, 0)
    assert row["flags"] == []
