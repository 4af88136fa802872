"""What the distributor charges: closing states, reversals, documents that no longer stand, and invoices yet to come.

Belongs here: invoice items as raw rows through all models. Does not belong here: what is owned
(`test_distributor_subscriptions`), what it costs (`test_distributor_costs`).
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.engine.example_desk import JUNE, Desk
from tests.engine.project import Engine, at_midnight

LAST = date(2026, 6, 30)
MAY = (date(2026, 5, 1), date(2026, 5, 31))


@pytest.fixture
def desk(engine: Engine) -> Desk:
    desk = Desk(engine)
    desk.counting("charged", owned_source="pax8", charged_source="pax8")
    desk.line(10, "22.00")
    return desk


def change(desk: Desk, **columns: Any) -> None:
    """Other values in the item that was laid out last."""
    desk.vendor["invoice_items"][-1] |= columns


def judged(desk: Desk) -> tuple[Any, ...]:
    row = desk.compute()
    return row["class"], row["charged_quantity"], row["variance"]


def test_an_annual_charge_of_another_product_proves_nothing(desk: Desk) -> None:
    """Contract case 6: June's invoice of the product has not come, an annual item of another covers 30 June."""
    desk.product(772, "p2")
    desk.item(1, "120.00", date(2026, 1, 1), date(2026, 12, 31), product_id="p2", subscription_id="s9")
    assert judged(desk) == ("not_assessed", None, None)
    assert "no invoice that charges 2026-06-30 has arrived yet" in desk.row()["explanation"]


def test_another_subscriptions_charge_proves_nothing(desk: Desk) -> None:
    """Contract case 6, of the kind: two subscriptions of the product, and an invoice covers only one of them."""
    desk.subscription(6)
    desk.subscription(4)
    desk.item(6, "105.60", JUNE, LAST)
    assert judged(desk) == ("not_assessed", None, None)
    assert "no invoice that charges subscription s2 on 2026-06-30 has arrived yet" in desk.row()["explanation"]


def test_an_earlier_months_charge_of_the_subscription_does_not_cover_it(desk: Desk) -> None:
    """Contract case 6, of the kind: May was charged, June not yet, and another product's June is there."""
    desk.product(772, "p2")
    desk.subscription(10)
    desk.item(10, "176.00", *MAY)
    desk.item(3, "9.00", JUNE, LAST, product_id="p2", subscription_id="s9")
    assert judged(desk) == ("not_assessed", None, None)


def test_a_subscription_that_ended_or_has_yet_to_start_waits_for_no_invoice(desk: Desk) -> None:
    desk.subscription(10)
    desk.subscription(4, end_date=at_midnight(2026, 5, 20))
    desk.subscription(4, start_date=at_midnight(2026, 7, 2))
    desk.subscription(4, status="Trial")
    desk.item(10, "176.00", JUNE, LAST)
    assert judged(desk) == ("matched", 10, 0)


def test_what_the_client_pays_the_vendor_itself_is_charged_nothing(desk: Desk) -> None:
    desk.subscription(10)
    desk.item(10, "0.00", JUNE, LAST, billed_by_pax8=False)
    assert judged(desk) == ("overbilled", 0, -10)


REVERSED = {
    "the same item with a negative amount": {},
    "a negative quantity": {"quantity": Decimal(-10)},
    "a credit of the whole amount": {"type": "service-credit"},
    "a credit without a quantity": {"type": "invoice-credit", "quantity": None},
    "a prorate over all its days": {"type": "prorate"},
}


@pytest.mark.parametrize("how", REVERSED)
def test_a_full_reversal_leaves_nothing_charged(desk: Desk, how: str) -> None:
    """Contract case 7: a charge of 10 and its full reversal."""
    desk.item(10, "176.00", JUNE, LAST)
    desk.item(10, "-176.00", JUNE, LAST)
    change(desk, **REVERSED[how])
    assert judged(desk) == ("overbilled", 0, -10)


@pytest.mark.parametrize(
    ("changes", "charged"),
    [
        ({}, None),
        ({"type": "service-credit"}, None),
        ({"start_period": date(2026, 6, 16), "total": Decimal("-26.40")}, None),
        ({"start_period": date(2026, 6, 1), "end_period": date(2026, 6, 15), "total": Decimal("-26.40")}, 10),
        ({"type": "service-credit", "quantity": Decimal(10), "total": Decimal("-20.00")}, 10),
        ({"type": "service-credit", "subscription_id": None}, 10),
        ({"type": "prorate", "start_period": date(2026, 6, 16), "total": Decimal("-26.40")}, 10),
    ],
)
def test_a_part_that_is_taken_back_leaves_c_open_where_it_is_units(
    desk: Desk, changes: dict[str, Any], charged: int | None
) -> None:
    """Contract case 7, of the kind: 3 of 10 are taken back; money back that is no units leaves the 10."""
    desk.item(10, "176.00", JUNE, LAST)
    desk.item(3, "-52.80", JUNE, LAST)
    change(desk, **changes)
    assert judged(desk)[1] == charged


def test_a_charge_reversed_and_charged_anew_is_the_new_one(desk: Desk) -> None:
    desk.item(10, "176.00", JUNE, LAST)
    desk.item(10, "-176.00", JUNE, LAST)
    desk.item(12, "211.20", date(2026, 6, 2), LAST)
    assert judged(desk) == ("underbilled", 12, 2)


@pytest.mark.parametrize("how", REVERSED)
def test_a_charge_taken_back_exactly_leaves_the_one_beside_it(desk: Desk, how: str) -> None:
    """Contract case 7, of the kind: charged, taken back and charged anew, all for the same days."""
    desk.item(10, "176.00", JUNE, LAST)
    desk.item(10, "-176.00", JUNE, LAST)
    change(desk, **REVERSED[how])
    desk.item(8, "140.80", JUNE, LAST)
    assert judged(desk) == ("overbilled", 8, -2)


def test_the_same_charge_twice_and_one_taken_back_is_charged_once(desk: Desk) -> None:
    desk.item(10, "176.00", JUNE, LAST)
    desk.item(10, "176.00", JUNE, LAST)
    desk.item(10, "-176.00", JUNE, LAST)
    assert judged(desk) == ("matched", 10, 0)


def test_what_cannot_be_told_from_reversals_is_not_assessed(desk: Desk) -> None:
    """10 from the first, 12 from the 15th, 2 taken back: of which, no row says."""
    desk.item(10, "176.00", JUNE, LAST)
    desk.item(12, "105.60", date(2026, 6, 16), LAST)
    desk.item(2, "-17.60", date(2026, 6, 16), LAST)
    assert judged(desk) == ("not_assessed", None, None)
    assert "22 charged and 2 reversed on subscription s1, and nothing tells which are left" in desk.row()["explanation"]


def test_a_reversal_without_its_charge_is_not_assessed(desk: Desk) -> None:
    desk.item(10, "-176.00", JUNE, LAST)
    assert judged(desk) == ("not_assessed", None, None)


@pytest.mark.parametrize("status", ["credited", "Void"])
def test_a_superseded_document_counts_nowhere(desk: Desk, status: str) -> None:
    """A credited invoice holds s1 x 10 and s2 x 4, its correction s1 x 10: C 10, charges of 60.00."""
    desk.invoices = {"inv-1": status, "inv-2": "Paid"}
    desk.item(10, "60.00", JUNE, LAST, invoice_id="inv-1")
    desk.item(4, "24.00", JUNE, LAST, invoice_id="inv-1", subscription_id="s2", sales_tax=Decimal("1.00"))
    desk.item(10, "60.00", JUNE, LAST, invoice_id="inv-2")
    assert judged(desk) == ("matched", 10, 0)
    assert desk.engine.rows("SELECT sum(billed_cost) AS amount FROM analytics.vendor_charges") == [{"amount": 60}]
    residuals = desk.engine.rows("SELECT invoice_id, residual FROM analytics.vendor_invoices ORDER BY 1")
    assert residuals == [{"invoice_id": "inv-1", "residual": 0}, {"invoice_id": "inv-2", "residual": 0}]


def test_what_only_a_superseded_document_charged_is_charged_nothing_once_the_correction_is_there(desk: Desk) -> None:
    desk.invoices = {"inv-1": "Credited", "inv-2": "Paid"}
    desk.subscription(10)
    desk.subscription(4)
    desk.item(10, "60.00", JUNE, LAST, invoice_id="inv-1")
    desk.item(4, "24.00", JUNE, LAST, invoice_id="inv-1", subscription_id="s2")
    desk.item(10, "60.00", JUNE, LAST, invoice_id="inv-2")
    assert judged(desk) == ("matched", 10, 0)


def test_a_superseded_document_without_its_correction_leaves_c_unknown(desk: Desk) -> None:
    desk.invoices = {"inv-1": "Credited"}
    desk.subscription(10)
    desk.item(10, "60.00", JUNE, LAST, invoice_id="inv-1")
    assert judged(desk) == ("not_assessed", None, None)


@pytest.mark.parametrize("status", ["Nothing Due", None])
def test_a_document_that_stands_counts(desk: Desk, status: str | None) -> None:
    desk.invoices = {"inv-1": status}
    desk.item(10, "60.00", JUNE, LAST, invoice_id="inv-1")
    assert judged(desk) == ("matched", 10, 0)


@pytest.mark.parametrize("order", [(10, 5), (5, 10)])
def test_tiers_of_one_subscription_add_up(desk: Desk, order: tuple[int, int]) -> None:
    """Two closing rows of one subscription for the same days, a tiered price: 10 and 5 are 15, in either order."""
    for units in order:
        desk.item(units, str(units * (20 - units)), JUNE, LAST, rate_type="tiered", cost=Decimal(20 - units))
    assert judged(desk) == ("underbilled", 15, 5)


def test_two_tiers_of_as_many_units_add_up(desk: Desk) -> None:
    desk.item(5, "50.00", JUNE, LAST, rate_type="tiered", cost=Decimal("10.00"))
    desk.item(5, "40.00", JUNE, LAST, rate_type="Tiered", cost=Decimal("8.00"))
    assert judged(desk) == ("matched", 10, 0)


def test_a_flat_fee_beside_the_charge_per_unit_is_money(desk: Desk) -> None:
    desk.item(10, "176.00", JUNE, LAST, charge_type="per")
    desk.item(1, "25.00", JUNE, LAST, charge_type="flat")
    assert judged(desk) == ("matched", 10, 0)


@pytest.mark.parametrize(
    "second",
    [
        {},
        {"cost": Decimal("3.00"), "total": Decimal("30.00")},
        {"quantity": Decimal(12), "invoice_id": "inv-2"},
        {"quantity": Decimal(12), "end_period": date(2026, 7, 15)},
        {"quantity": Decimal(500), "unit_of_measure": "GB", "total": Decimal("5.00")},
    ],
)
def test_what_may_be_one_charge_or_two_is_not_assessed(desk: Desk, second: dict[str, Any]) -> None:
    desk.invoices = {"invoice-1": "Paid", "inv-2": "Paid"}
    desk.item(10, "176.00", JUNE, LAST)
    desk.item(10, "176.00", JUNE, LAST)
    change(desk, **second)
    assert judged(desk) == ("not_assessed", None, None)
    assert "subscription s1 begin on one day" in desk.row()["explanation"]


def test_a_later_charge_of_the_subscription_closes_the_period(desk: Desk) -> None:
    desk.item(8, "140.80", JUNE, LAST)
    desk.item(10, "88.00", date(2026, 6, 16), LAST)
    assert judged(desk) == ("matched", 10, 0)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"type": "true-up"}, "item type true-up is not known"),
        ({"type": None}, "it has no item type"),
        ({"term": "Fortnightly"}, "term Fortnightly is not known"),
        ({"start_period": None}, "it has no charge period"),
        ({"end_period": date(2026, 5, 1)}, "its charge period ends before it begins"),
        ({"subscription_id": None}, "it names no subscription"),
        ({"quantity": Decimal(-4)}, "it charges -4 for 70.40"),
        ({"invoice_id": "inv-9"}, "the status Frozen of its invoice is not known"),
    ],
)
def test_an_item_that_nobody_understands_is_named_and_only_its_line_is_not_assessed(
    desk: Desk, changes: dict[str, Any], word: str
) -> None:
    desk.invoices = {"invoice-1": "Paid", "inv-9": "Frozen"}
    desk.product(772, "p2")
    desk.rule("counting", product_id="connectwise:772", basis="charged", charged_source="pax8")
    desk.line(3, "5.00", product__id=772)
    desk.item(10, "176.00", JUNE, LAST)
    desk.item(4, "70.40", JUNE, LAST, subscription_id="s2")
    change(desk, **changes)
    desk.item(3, "9.00", JUNE, LAST, product_id="p2", subscription_id="s9")
    assert judged(desk) == ("not_assessed", None, None)
    assert f"pax8 - i2: {word}" in desk.row()["explanation"]
    other = desk.row(772)
    assert (other["class"], other["charged_quantity"]) == ("matched", 3)


@pytest.mark.parametrize("term", ["One-time", "Activation"])
def test_an_item_that_is_billed_once_is_money(desk: Desk, term: str) -> None:
    desk.item(10, "176.00", JUNE, LAST, term="Monthly")
    desk.item(1, "99.00", JUNE, LAST, term=term, subscription_id="s2")
    assert judged(desk) == ("matched", 10, 0)
