"""Two counts of one thing are compared, and the subscriptions below a SKU say whose its units are."""

from decimal import Decimal
from typing import Any

import pytest

from tests.engine.laws import LAWS
from tests.engine.project import Engine
from tests.engine.tenant_desk import GRAPH, OWNER, SKU, TENANT, TenantDesk, sku, subscription

OTHER_SKU = "33333333-0000-4000-8000-000000000000"


@pytest.fixture
def desk(engine: Engine) -> TenantDesk:
    return TenantDesk(engine)


def holds(engine: Engine) -> bool:
    assert {law: rows for law, query in LAWS.items() if (rows := engine.rows(query))} == {}
    return engine.broken_tests() == {}


@pytest.mark.parametrize(
    ("consumed", "held", "billed"),
    [(4, 0, 4), (9, 5, 9), (5, 6, 0)],
    ids=["none listed", "some listed", "more listed than consumed, nothing billed"],
)
def test_units_that_no_listed_user_holds_make_the_line_not_assessed(
    desk: TenantDesk, engine: Engine, consumed: int, held: int, billed: int
) -> None:
    """Consumed units and listed holders are two counts of one thing: where they differ, neither is believed."""
    desk.seat_is_counted("used")
    if billed:
        desk.line(billed, "22.00")
    desk.tenant([sku(40, consumed), sku(3, 3, OTHER_SKU)], {SKU: held, OTHER_SKU: 3})
    row = desk.compute()
    assert desk.quantities(row) == ("not_assessed", 40, None, None, None)
    assert row["explanation"] == (
        f"Not assessed: microsoft_graph - SPB of tenant {TENANT}: {consumed} are consumed, but the list of users shows"
        f" {held} holders; compare it with Billing > Licenses in the tenant's admin center. {billed} billed; nothing is"
        " concluded until that is mended."
    )
    assert holds(engine)


def test_a_line_by_owned_units_stands_where_the_counts_of_holders_differ(desk: TenantDesk) -> None:
    """What is used is unknown then, also where it decides nothing: no flag rests on it."""
    desk.seat_is_counted("owned")
    desk.line(40, "22.00")
    desk.tenant([sku(40, 9)], 5)
    row = desk.compute()
    assert desk.quantities(row) == ("matched", 40, None, 0, 0)
    assert row["flags"] == []


@pytest.mark.parametrize(
    ("columns", "consumed", "held"),
    [({"applies_to": "Company"}, 1, 5), ({}, None, 5), ({"capability_status": "Suspended"}, 5, 5)],
    ids=["a SKU of the whole company", "consumed is not told", "suspended and still held"],
)
def test_holders_count_where_no_second_count_contradicts(
    desk: TenantDesk, engine: Engine, columns: dict[str, Any], consumed: int | None, held: int
) -> None:
    desk.seat_is_counted("used")
    desk.line(5, "22.00")
    desk.tenant([sku(40, consumed, **columns)], held)
    assert desk.quantities(desk.compute()) == ("matched", 40, 5, 0, 0)
    assert holds(engine)


def test_a_sku_that_users_hold_and_the_list_lacks_is_unknown_alone(desk: TenantDesk) -> None:
    desk.seat_is_counted("used")
    desk.line(5, "22.00")
    desk.catalog[772] = "p2"
    desk.rule("product_map", source_system=GRAPH, vendor_product_id=OTHER_SKU, product_id="connectwise:772")
    desk.rule("counting", product_id="connectwise:772", basis="used", used_source=GRAPH)
    desk.line(3, "9.00", product__id=772)
    desk.tenant([sku(40, 5)], {SKU: 5, OTHER_SKU: 3})
    assert desk.quantities(desk.compute())[0] == "matched"
    row = desk.row(772)
    assert row["class"] == "not_assessed"
    assert (
        f"{OTHER_SKU} of tenant {TENANT}: users hold it, and the tenant's list of SKUs lacks it" in row["explanation"]
    )


def test_a_trial_below_a_sku_is_excluded_and_the_paid_units_are_counted(desk: TenantDesk, engine: Engine) -> None:
    """40 enabled = 15 paid + 25 trial, billed 15."""
    desk.seat_is_counted("owned")
    desk.line(15, "22.00")
    desk.tenant([sku(40, 12)], 12, [subscription(1, 15), subscription(2, 25, is_trial=True)])
    row = desk.compute()
    assert desk.quantities(row) == ("matched", 15, 12, 0, 0)
    trial = engine.row("SELECT * FROM analytics.reconciliation WHERE line_key LIKE '%|excluded'")
    assert (trial["class"], trial["owned_quantity"], trial["revenue_impact"]) == ("excluded", 25, 0)
    assert trial["explanation"] == "25 owned taken out of the comparison: trial (microsoft_graph isTrial)."
    sums = engine.rows("SELECT disposition, sum(quantity) AS units FROM analytics.row_dispositions "
                       "WHERE side = 'owned' GROUP BY 1 HAVING units > 0 ORDER BY 1")  # fmt: skip
    # The SKU itself only shows the sum.
    assert {one["disposition"]: one["units"] for one in sums} == {"counted": 15, "excluded": 25, "information_only": 40}
    assert holds(engine)


@pytest.mark.parametrize(
    ("held", "used", "class_"), [(15, 15, "matched"), (20, None, "not_assessed")], ids=["within the paid", "beyond"]
)
def test_nobody_says_who_sits_on_a_trial_beyond_the_paid_units(
    desk: TenantDesk, held: int, used: int | None, class_: str
) -> None:
    desk.seat_is_counted("used")
    desk.line(15, "22.00")
    desk.tenant([sku(40, held)], held, [subscription(1, 15), subscription(2, 25, is_trial=True)])
    row = desk.compute()
    assert desk.quantities(row)[:3] == (class_, 15, used)


def test_holders_of_a_sku_that_is_all_trial_are_excluded_too(desk: TenantDesk, engine: Engine) -> None:
    desk.seat_is_counted("used")
    desk.line(1, "22.00", bill_customer="DoNotBill")
    desk.tenant([sku(25, 7)], 7, [subscription(2, 25, is_trial=True)])
    assert desk.quantities(desk.compute())[2] == 0
    trial = engine.row("SELECT * FROM analytics.reconciliation WHERE line_key LIKE '%|excluded'")
    assert (trial["class"], trial["used_quantity"]) == ("excluded", 7)
    assert holds(engine)


@pytest.mark.parametrize("named", ["id", "commerce_subscription_id"])
def test_seats_that_the_client_buys_direct_are_excluded_by_subscription_id(
    desk: TenantDesk, engine: Engine, named: str
) -> None:
    """The commerce system's id is what the distributor's portal shows; the tenant's own is what Graph shows."""
    direct = subscription(2, 10, owner_tenant_id=OWNER)
    desk.seat_is_counted("owned")
    desk.line(30, "22.00")
    desk.tenant([sku(40, 12)], 12, [subscription(1, 30), direct])
    desk.rule("exclusions", client_id="*", source_system=GRAPH, vendor_product_id="*", rule_id="exclusions.csv:2",
              source_record_id=direct[named].upper(), reason="bought direct", owner="M. Silva")  # fmt: skip
    assert desk.quantities(desk.compute()) == ("matched", 30, 12, 0, 0)
    part = engine.row("SELECT * FROM analytics.reconciliation WHERE line_key LIKE '%|excluded'")
    assert (part["owned_quantity"], part["explanation"]) == (
        10, "10 owned taken out of the comparison: bought direct (exclusions.csv:2).",
    )  # fmt: skip
    assert holds(engine)


def test_a_rule_that_names_the_sku_of_a_tenant_takes_all_its_subscriptions_out(desk: TenantDesk) -> None:
    desk.seat_is_counted("owned")
    desk.line(1, "22.00", bill_customer="DoNotBill")
    desk.tenant([sku(40, 12)], 12, [subscription(1, 30), subscription(2, 10)])
    desk.rule("exclusions", client_id="*", source_system=GRAPH, vendor_product_id="*", rule_id="exclusions.csv:2",
              source_record_id=f"{TENANT}:{SKU}", reason="bought direct", owner="M. Silva")  # fmt: skip
    assert desk.quantities(desk.compute())[:2] == ("matched", 0)


def test_subscriptions_that_do_not_add_up_to_their_sku_leave_it_unknown(desk: TenantDesk) -> None:
    desk.seat_is_counted("owned")
    desk.line(15, "22.00")
    desk.tenant([sku(40, 12)], 12, [subscription(1, 14), subscription(2, 25, is_trial=True)])
    row = desk.compute()
    assert desk.quantities(row) == ("not_assessed", None, 12, None, None)
    assert "40 units and 0 in grace, but its subscriptions add up to 39 and 0" in row["explanation"]


def test_a_tenant_beside_the_distributor_that_cannot_be_counted_leaves_their_sum_unknown(desk: TenantDesk) -> None:
    """The units of both are added up: without the tenant's the sum would be too small."""
    desk.seat_is_counted("owned", owned_source=f"pax8+{GRAPH}")
    desk.line(10, "22.00")
    desk.subscription(10)
    desk.tenant([sku(None)])
    row = desk.compute()
    assert desk.quantities(row)[:2] == ("not_assessed", None)
    assert "SPB of tenant" in row["explanation"]


def test_units_in_grace_and_gone_stand_with_their_subscriptions(desk: TenantDesk, engine: Engine) -> None:
    desk.seat_is_counted("owned")
    desk.line(13, "22.00")
    desk.tenant(
        [sku(10, 12, prepaid_units__warning=3, prepaid_units__suspended=7)],
        12,
        [subscription(1, 10), subscription(2, 3, status="Warning"), subscription(3, 7, status="Suspended"),
         subscription(4, 5, status="Mystery")],
    )  # fmt: skip
    assert desk.quantities(desk.compute())[:2] == ("matched", 13)
    assert holds(engine)


@pytest.mark.parametrize(
    ("columns", "said", "billed"),
    [
        ({"enabled": None}, "it states no units", 5),
        ({"enabled": -3}, "it states -3 units and 0 in grace", 0),
        ({"enabled": 2_000_000_000}, "2000000000 units cannot be right", 5),
        ({"enabled": 5, "capability_status": "Mystery"}, "status Mystery is not known", 0),
    ],
)
def test_one_sku_that_cannot_be_right_costs_its_own_line_alone(
    desk: TenantDesk, engine: Engine, columns: dict[str, Any], said: str, billed: int
) -> None:
    desk.seat_is_counted("owned")
    if billed:
        desk.line(billed, "22.00")
    desk.catalog[772] = "p2"
    desk.rule("product_map", source_system=GRAPH, vendor_product_id=OTHER_SKU, product_id="connectwise:772")
    desk.rule("counting", product_id="connectwise:772", basis="owned", owned_source=GRAPH)
    desk.line(3, "9.00", product__id=772)
    desk.tenant([sku(**columns), sku(3, 0, OTHER_SKU)])
    row = desk.compute()
    assert desk.quantities(row)[:2] == ("not_assessed", None)
    assert f"microsoft_graph - SPB of tenant {TENANT}: {said}" in row["explanation"]
    other = desk.row(772)
    assert (other["class"], other["owned_quantity"], other["billed_quantity"]) == ("matched", Decimal(3), 3)
    assert holds(engine)
