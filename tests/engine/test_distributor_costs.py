"""What a unit costs us: weighted by units, brought to a month, and charged also where nobody is billed for it.

Belongs here: costs as raw rows through all models. Does not belong here: what is charged (`test_distributor_charges`).
"""

from datetime import date
from decimal import Decimal

import pytest

from tests.engine.example_desk import CLIENT, JUNE, SEAT, Desk
from tests.engine.project import Engine

LAST = date(2026, 6, 30)


@pytest.fixture
def desk(engine: Engine) -> Desk:
    desk = Desk(engine)
    desk.counting("owned", owned_source="pax8", used_source="microsoft_graph", charged_source="pax8")
    return desk


def floor(desk: Desk, percent: int) -> None:
    desk.rule("terms", client_id=f"connectwise:{CLIENT}", agreement_id="*", product_id=f"connectwise:{SEAT}",
              margin_floor_percent=Decimal(percent))  # fmt: skip


@pytest.mark.parametrize("invoiced", [True, False])
@pytest.mark.parametrize("order", [("17.60", "21.12"), ("21.12", "17.60")])
def test_the_unit_cost_is_weighted_by_units(desk: Desk, invoiced: bool, order: tuple[str, str]) -> None:
    """Contract case 24: two subscriptions at 17.60 and 21.12, 10 each: 19.36, a margin of 12 %, no floor flag."""
    floor(desk, 10)
    desk.line(20, "22.00", unit_cost=Decimal("19.36"))
    for number, cost in enumerate(order, start=1):
        desk.subscription(10, partner_cost=Decimal(cost))
        if invoiced:
            desk.item(10, str(Decimal(cost) * 10), JUNE, LAST, cost=Decimal(cost), subscription_id=f"s{number}")
    row = desk.compute()
    assert (row["vendor_unit_cost"], round(row["margin"], 6)) == (Decimal("19.36"), Decimal("0.12"))
    assert row["flags"] == []


def test_as_many_units_as_a_subscription_has_weigh(desk: Desk) -> None:
    """Contract case 24, of the kind: 30 at 17.60 and 10 at 21.60 are 18.60."""
    desk.line(40, "22.00", unit_cost=Decimal("17.60"))
    desk.subscription(30, partner_cost=Decimal("17.60"))
    desk.subscription(10, partner_cost=Decimal("21.60"))
    row = desk.compute()
    assert (row["vendor_unit_cost"], row["flags"]) == (Decimal("18.60"), ["cost_drift"])


def test_a_cost_that_nobody_filled_in_leaves_the_average_unknown(desk: Desk) -> None:
    desk.line(20, "22.00")
    desk.subscription(10, partner_cost=Decimal("17.60"))
    desk.subscription(10, partner_cost=Decimal(0))
    row = desk.compute()
    assert (row["vendor_unit_cost"], row["margin"]) == (None, None)


@pytest.mark.parametrize("partner_cost", [None, Decimal("17.60")])
def test_the_first_charge_of_part_of_a_month_is_brought_to_a_month(desk: Desk, partner_cost: Decimal | None) -> None:
    """Contract case 25: a first charge of 14 days at 8.21 a unit, 17.60 a month: a margin of 20 %."""
    floor(desk, 20)
    desk.line(10, "22.00", unit_cost=Decimal("17.60"))
    desk.subscription(10, partner_cost=partner_cost)
    desk.item(10, "82.10", date(2026, 6, 17), LAST, cost=Decimal("8.21"))
    row = desk.compute()
    assert round(row["margin"], 2) == Decimal("0.20")
    assert row["flags"] == []


@pytest.mark.parametrize(
    ("first", "last", "cost"),
    [
        (date(2026, 1, 1), date(2026, 12, 31), "211.20"),
        (date(2026, 4, 1), date(2026, 6, 30), "52.80"),
        (date(2026, 6, 12), date(2026, 7, 11), "17.60"),
        (date(2024, 7, 1), date(2026, 6, 30), "422.40"),
    ],
)
def test_a_charge_of_whole_months_is_a_share_for_each(desk: Desk, first: date, last: date, cost: str) -> None:
    """Contract case 25, of the kind: a year, a quarter, two years, and a month of its own cycle."""
    desk.line(10, "22.00", unit_cost=Decimal("17.60"))
    desk.subscription(10)
    desk.item(10, str(Decimal(cost) * 10), first, last, cost=Decimal(cost))
    row = desk.compute()
    assert (row["vendor_unit_cost"], row["flags"]) == (Decimal("17.60"), [])


@pytest.mark.parametrize(("term", "cost"), [("Annual", "211.20"), ("2-Year", "422.40"), ("3-Year", "633.60")])
def test_the_price_of_a_yearly_subscription_counts_a_twelfth(desk: Desk, term: str, cost: str) -> None:
    desk.line(10, "22.00", unit_cost=Decimal("17.60"))
    desk.subscription(10, billing_term=term, partner_cost=Decimal(cost))
    row = desk.compute()
    assert (row["vendor_unit_cost"], row["flags"]) == (Decimal("17.60"), [])


def test_what_is_excluded_costs_us_what_is_charged(desk: Desk) -> None:
    """Contract case 38: 43 owned and charged, 38 used, 10.60 a unit: our cost is 455.80."""
    desk.rules["counting"][0]["basis"] = "used"
    desk.rule("exclusions", client_id=f"connectwise:{CLIENT}", source_system="*", vendor_product_id="*",
              source_record_id="*", reason="internal use", owner="ops")  # fmt: skip
    desk.subscription(43, partner_cost=Decimal("10.60"))
    desk.item(43, "455.80", JUNE, LAST, cost=Decimal("10.60"))
    desk.assignments(38)
    desk.lay_out()
    row = desk.engine.row("SELECT * FROM analytics.reconciliation WHERE class = 'excluded'")
    assert (row["owned_quantity"], row["used_quantity"], row["charged_quantity"]) == (43, 38, 43)
    assert "43 x 10.60 = 455.80 USD a month of our cost" in row["explanation"]
