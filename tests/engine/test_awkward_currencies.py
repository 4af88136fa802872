"""The domain guide's line "Currency": quantities compare freely, money only in one currency or by a stored rate.

Belongs here: a client who pays in another currency than we are charged in. Does not belong here: how amounts are
rounded (`test_awkward_contracts.py`) or which rates are refused (`tests/pipelines/rules`).
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.engine.example_desk import CLIENT, CUTOFF, JULY, JUNE, SEAT, Desk
from tests.engine.project import Engine

ECB = "ECB reference rate"


@pytest.fixture
def desk(engine: Engine) -> Desk:
    """A client who pays 20.00 pounds a seat for what costs us 16.00 dollars; at least 25 percent shall be left."""
    found = Desk(engine)
    found.currency = "GBP"
    found.set_month(CUTOFF)
    found.counting("owned", owned_source="pax8", charged_source="pax8")
    found.line(10, "20.00", unit_cost=Decimal("12.00"))
    found.subscription(12, partner_cost=Decimal("16.00"), currency_code="USD")
    found.item(12, "192.00", JUNE, date(2026, 6, 30), cost=Decimal("16.00"))
    found.rule("terms", client_id=f"connectwise:{CLIENT}", agreement_id="*", product_id=f"connectwise:{SEAT}",
               margin_floor_percent=Decimal(25))  # fmt: skip
    return found


def _rate(desk: Desk, rate: str, *, pair: str = "USD/GBP", since: date = JUNE, until: date | None = JULY) -> None:
    one, other = pair.split("/")
    desk.rule("exchange_rates", from_currency=one, to_currency=other, rate=Decimal(rate), source=ECB,
              valid_from=since, valid_to=until)  # fmt: skip


def _is_compared_without_its_cost(row: dict[str, Any]) -> bool:
    return (row["class"], row["revenue_impact"], row["currency"], row["flags"], row["rate_rule_id"]) == (
        "underbilled", Decimal("40.00"), "GBP", [], None,
    ) and (row["vendor_unit_cost"], row["margin"]) == (None, None)  # fmt: skip


def test_section_5_without_a_rate_quantities_compare_and_money_of_two_currencies_does_not(desk: Desk) -> None:
    row = desk.compute()
    assert _is_compared_without_its_cost(row)
    assert row["explanation"] == (
        "12 owned at pax8; 12 - 0 included = 12 expected; 10 billed; 2 x 20.00 = 40.00 GBP a month underbilled."
    )


@pytest.mark.parametrize(
    ("pair", "since", "until"),
    [
        ("GBP/USD", JUNE, JULY),
        ("USD/EUR", JUNE, JULY),
        # It ended with the day before the cut-off, or begins on the day after.
        ("USD/GBP", JUNE, date(2026, 6, 30)),
        ("USD/GBP", JULY, None),
    ],
)
def test_section_5_a_rate_of_another_direction_pair_or_day_is_none(
    desk: Desk, pair: str, since: date, until: date | None
) -> None:
    _rate(desk, "0.79", pair=pair, since=since, until=until)
    assert _is_compared_without_its_cost(desk.compute())


def test_section_5_by_a_stored_rate_cost_and_price_meet_and_the_arithmetic_is_said(desk: Desk) -> None:
    _rate(desk, "0.80", since=date(2026, 5, 1), until=JUNE)
    _rate(desk, "0.79")
    row = desk.compute()
    assert (row["vendor_unit_cost"], row["margin"]) == (Decimal("12.64"), Decimal("0.368"))
    assert (row["flags"], row["rate_rule_id"]) == (["cost_drift"], "exchange_rates.csv:3")
    assert row["explanation"] == (
        "12 owned at pax8; 12 - 0 included = 12 expected; 10 billed; 2 x 20.00 = 40.00 GBP a month underbilled."
        " Cost 16.00 USD x 0.79 (ECB reference rate, valid from 2026-06-01, exchange_rates.csv:3) = 12.64 GBP a unit."
        " The vendor asks 12.64 GBP a unit, the PSA records 12.00."
    )


def test_section_5_a_dearer_rate_alone_brings_the_margin_below_its_floor(desk: Desk) -> None:
    """16.00 dollars at 0.95 are 15.20 pounds: 24 percent are left of 20.00, and the floor is 25."""
    _rate(desk, "0.95")
    row = desk.compute()
    assert (row["flags"], row["margin"]) == (["cost_drift", "margin_below_floor"], Decimal("0.24"))
    assert "Margin 24 percent, below the floor of 25 percent (40 as the PSA records it)." in row["explanation"]


def test_section_5_a_rate_converts_no_total_and_no_invoice(desk: Desk) -> None:
    """Totals stand in the client's currency, the vendor's invoice ties out in its own."""
    _rate(desk, "0.79")
    desk.compute()
    assert desk.engine.rows("SELECT currency, underbilled_amount FROM analytics.period_summary") == [
        {"currency": "GBP", "underbilled_amount": Decimal("40.00")}
    ]
    assert desk.engine.rows(
        "SELECT currency, left_total, right_total, passed FROM analytics.tie_out WHERE rule = 'invoice'"
    ) == [{"currency": "USD", "left_total": Decimal(192), "right_total": Decimal(192), "passed": True}]


def test_section_5_internal_use_says_its_cost_by_the_rate(desk: Desk) -> None:
    """Section 5, "Internal use": an amount is rounded only at the line, 12 x 12.6512 and not 12 x 12.65."""
    _rate(desk, "0.7907")
    desk.lines.clear()
    desk.rule("exclusions", client_id=f"connectwise:{CLIENT}", source_system="*", vendor_product_id="*",
              source_record_id="*", reason="internal use", review_date=JULY)  # fmt: skip
    desk.lay_out()
    row = desk.engine.row("SELECT * FROM analytics.reconciliation WHERE class = 'excluded'")
    assert "12 x 12.6512 = 151.81 GBP a month of our cost" in row["explanation"]
    assert "Cost 16.00 USD x 0.7907 (ECB reference rate, valid from 2026-06-01" in row["explanation"]
