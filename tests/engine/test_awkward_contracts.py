"""Lines of the domain guide's section 5 about the contract's side: prices, bill modes, dates, rounding, empty answers.

Belongs here: cases of one client's lines. Does not belong here: counts and vendors (`test_awkward_cases`).
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.engine.example_desk import CLIENT, CUTOFF, JUNE, KEY, SEAT, Desk, days
from tests.engine.project import Engine, at_midnight


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def _exclude(desk: Desk, **columns: str) -> None:
    rule = dict.fromkeys(("client_id", "source_system", "vendor_product_id", "source_record_id"), "*")
    desk.rule("exclusions", **{**rule, **columns})


def _excluded(desk: Desk) -> dict[str, Any]:
    return desk.engine.row("SELECT * FROM analytics.reconciliation WHERE line_part = 'excluded'")


def test_section_5_at_a_renewal_old_and_new_prices_each_hold_on_their_own_days(desk: Desk) -> None:
    """Section 5, "Renewal": 15 days at 22.00 and 15 at 23.00, on both sides."""
    desk.prorates = True
    desk.counted_by_day("prorated")
    desk.line(10, "22.00", cancelled_date=at_midnight(2026, 6, 16))
    desk.line(10, "23.00", effective_date=at_midnight(2026, 6, 16))
    desk.daily(days(JUNE, date(2026, 6, 30), 10))
    row = desk.compute()
    assert (row["expected_amount"], row["billed_amount"]) == (Decimal("225.00"), Decimal("225.00"))
    assert row["unit_price"] == 23


@pytest.mark.parametrize("mode", ["NoCharge", "DoNotBill"])
def test_section_5_a_line_that_charges_nothing_without_reason_leaves_what_is_due(desk: Desk, mode: str) -> None:
    """Section 5, "DoNotBill or NoCharge": B = 0 and E stands."""
    desk.counting("owned", owned_source="pax8")
    desk.line(10, "22.00", bill_customer=mode)
    desk.subscription(10)
    row = desk.compute()
    assert (row["class"], row["billed_quantity"], row["expected_quantity"]) == ("underbilled", 0, 10)


@pytest.mark.parametrize("mode", ["NoCharge", "DoNotBill"])
def test_section_5_a_line_that_charges_nothing_for_a_recorded_reason_is_excluded(desk: Desk, mode: str) -> None:
    """Section 5, "DoNotBill or NoCharge": excluded with the reason that somebody answers for."""
    desk.counting("owned", owned_source="pax8")
    desk.line(10, "22.00", bill_customer=mode)
    desk.subscription(10)
    _exclude(desk, client_id=f"connectwise:{CLIENT}", source_system="pax8", vendor_product_id="p1", reason="sponsored")
    assert (desk.compute()["class"], _excluded(desk)["class"]) == ("matched", "excluded")
    assert "sponsored" in _excluded(desk)["explanation"]


def test_section_5_donated_seats_are_excluded_and_discounted_ones_are_not(desk: Desk) -> None:
    """Section 5, "Nonprofit, education, government": donated at no cost, beside paid seats of the nonprofit's price."""
    desk.counting("owned", owned_source="pax8")
    desk.rule("product_map", source_system="pax8", vendor_product_id="p-gift", product_id=f"connectwise:{SEAT}")
    desk.line(5, "5.50")
    desk.subscription(5, partner_cost=Decimal("4.40"))
    desk.subscription(10, product_id="p-gift", partner_cost=Decimal(0))
    _exclude(desk, source_system="pax8", vendor_product_id="p-gift", reason="donated")
    row = desk.compute()
    assert (row["class"], row["owned_quantity"], _excluded(desk)["owned_quantity"]) == ("matched", 5, 10)


def test_section_5_a_lag_that_does_not_clear_is_underbilled(desk: Desk) -> None:
    """Section 5, "Lag": timing, with the event and the period in which it must clear; not cleared, it is a finding."""
    desk.counting("owned", owned_source="pax8")
    desk.line(10, "22.00")
    desk.line(3, "22.00", effective_date=at_midnight(2026, 7, 1))
    desk.subscription(13)
    row = desk.compute()
    assert row["class"] == "timing"
    assert "3 more from 2026-07-01 (line 2) = 13 billed then; must clear in the period 2026-07" in row["explanation"]
    desk.set_month(datetime(2026, 7, 31, 8, tzinfo=UTC), "run-july")
    desk.lines.pop()
    row = desk.compute()
    assert (row["class"], row["variance"]) == ("underbilled", 3)


@pytest.mark.parametrize(("day", "billed"), [(29, 0), (30, 0), (31, 10)])
def test_section_5_a_cancelled_line_lives_until_the_day_before(desk: Desk, day: int, billed: int) -> None:
    """Section 5, "Future or cancelled line": this PSA does not bill the cancelled day; the cut-off is 30 June."""
    desk.counting("owned", owned_source="pax8")
    cancelled = at_midnight(2026, 6, day) if day < 31 else at_midnight(2026, 7, 1)
    desk.line(10, "22.00", cancelled_date=cancelled)
    desk.subscription(10)
    assert desk.compute()["billed_quantity"] == billed


def test_section_5_an_empty_answer_is_zero_where_the_read_is_whole(desk: Desk) -> None:
    """Section 5, "Source down, partial or empty": a complete read without rows says that nothing is there."""
    desk.counting("owned", owned_source="pax8")
    desk.line(10, "22.00")
    row = desk.compute()
    assert (row["class"], row["owned_quantity"]) == ("orphan_billing", 0)


def test_section_5_an_answer_that_never_came_is_no_zero(desk: Desk) -> None:
    """Section 5, "Source down, partial or empty": the same line, and nobody knows what is there."""
    desk.counting("owned", owned_source="pax8")
    desk.line(10, "22.00")
    desk.lay_out()
    with desk.engine.connect() as connection:
        connection.execute(
            "UPDATE control.reads SET status = 'failed', load_id = NULL WHERE table_name = 'subscriptions'"
        )
    desk.engine.compute()
    row = desk.row()
    assert (row["class"], row["owned_quantity"], row["revenue_impact"]) == ("not_assessed", None, None)
    assert row["line_key"] == KEY


def test_section_5_a_price_of_zero_needs_a_reason(desk: Desk) -> None:
    """Section 5, "Zero-price line": the quantity matches while revenue is missing."""
    desk.counting("owned", owned_source="pax8")
    desk.line(10, "0.00")
    desk.subscription(10)
    row = desk.compute()
    assert (row["class"], row["flags"]) == ("matched", ["zero_price"])


def test_section_5_a_price_of_zero_that_the_contract_states_has_its_reason(desk: Desk) -> None:
    """Section 5, "Zero-price line": sponsored, by a term with owner and reason."""
    desk.counting("owned", owned_source="pax8")
    desk.line(10, "0.00")
    desk.subscription(10)
    desk.rule("terms", client_id=f"connectwise:{CLIENT}", agreement_id="*", product_id=f"connectwise:{SEAT}",
              contract_price=Decimal(0), currency="USD", reason="we sponsor this charity")  # fmt: skip
    row = desk.compute()
    assert (row["class"], row["flags"]) == ("matched", [])


def test_section_5_internal_use_is_excluded_and_its_cost_reported(desk: Desk) -> None:
    """Section 5, "Internal use (the MSP itself)": never dropped."""
    desk.counting("owned", owned_source="pax8")
    desk.subscription(7, partner_cost=Decimal("17.60"))
    _exclude(desk, client_id=f"connectwise:{CLIENT}", reason="internal use")
    desk.lay_out()
    row = _excluded(desk)
    assert (row["class"], row["owned_quantity"], row["vendor_unit_cost"]) == ("excluded", 7, Decimal("17.60"))
    assert "internal use" in row["explanation"]
    assert "7 x 17.60 = 123.20 USD a month of our cost" in row["explanation"]


def _committed(desk: Desk, bought: date) -> str:
    desk.counting("used", used_source="microsoft_graph", owned_source="pax8")
    desk.line(46, "22.00")
    desk.assignments(46)
    desk.subscription(
        50, commitment_term__term="1-Year", commitment_term__end_date=at_midnight(2027, 6, 23),
        start_date=at_midnight(bought.year, bought.month, bought.day), partner_cost=Decimal("17.60"),
    )  # fmt: skip
    row = desk.compute()
    assert "committed_unused" in row["flags"]
    return str(row["explanation"])


def test_section_5_a_commitment_says_that_it_can_fall_at_its_renewal_alone(desk: Desk) -> None:
    """Section 5, "Annual or three-year commitment": outside the window of seven days a decrease changes no cost."""
    assert "committed until 2027-06-23 and can fall only at the renewal then: 4 x 17.60" in _committed(
        desk, date(2026, 6, 22)
    )


def test_section_5_within_seven_days_of_the_purchase_a_commitment_can_still_fall(desk: Desk) -> None:
    """Section 5, "Annual or three-year commitment": the seventh day after it is the last one."""
    assert "2027-06-23, but what was bought on 2026-06-23 can fall until 2026-06-30: 4 x" in _committed(
        desk, date(2026, 6, 23)
    )


def test_section_5_money_is_rounded_half_up_and_the_residue_shown(desk: Desk) -> None:
    """Section 5, "Rounding": 3 x 0.335 = 1.005, rounded 1.01; the unrounded value is kept."""
    desk.counting("owned", owned_source="pax8")
    desk.line(10, "0.335")
    desk.subscription(13)
    row = desk.compute()
    assert (row["revenue_impact"], row["unrounded_impact"], row["rounding_residue"]) == (
        Decimal("1.01"), Decimal("1.005"), Decimal("0.005"),
    )  # fmt: skip
    assert "3 x 0.335 = 1.005, rounded 1.01 USD a month underbilled" in row["explanation"]


def test_section_5_money_is_rounded_to_what_its_currency_can_pay(desk: Desk) -> None:
    """Section 5, "Rounding": the yen has no smaller unit."""
    desk.currency = "JPY"
    desk.set_month(CUTOFF)
    desk.counting("owned", owned_source="pax8")
    desk.line(10, "150.5")
    desk.subscription(11)
    row = desk.compute()
    assert (row["currency"], row["revenue_impact"], row["rounding_residue"]) == ("JPY", 151, Decimal("0.5"))
