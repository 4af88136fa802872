"""Each kind of planted error is there, in every world of ordinary size."""

from collections import Counter

from sandbox.world.clients import plan_msp
from sandbox.world.line_plants import live
from sandbox.world.plants import PLANTS, plant_all
from sandbox.world.products import BY_OFFER


def test_every_plant_lands_at_least_twice(world):
    plan = plan_msp(world.seed, 60, world.clock)
    plant_all(plan)
    found = Counter(p.note for client in plan.clients for p in client.positions.values() if p.note)

    assert {plant.name: found[plant.name] for plant in PLANTS if found[plant.name] < 2} == {}
    assert found["no counting rule"] >= 2


def test_each_vendor_has_accounts_that_nobody_mapped_and_known_clients_among_them(world):
    notes = Counter(row.note for row in world.truth if row.class_ == "unmapped_client")

    for source in ("microsoft_graph", "pax8", "ninjaone"):
        assert notes[f"{source} account not confirmed for this client"] >= 2
        assert notes[f"known to {source} only"] >= 1
    billed = [row for row in world.truth if row.class_ == "unmapped_client" and row.billed > 0]
    assert len(billed) >= 2
    assert all(row.client_id for row in billed)


def test_unmapped_products_stand_on_both_sides(world):
    rows = [row for row in world.truth if row.class_ == "unmapped_product"]

    assert any(row.billed > 0 and row.product_id for row in rows)
    for source in ("microsoft_graph", "pax8", "ninjaone"):
        assert sum(f"|{source}:" in row.line_key for row in rows) >= 2


def test_exclusions_come_by_client_by_product_and_by_record(world):
    rules = world.rules.exclusions

    assert any(rule["client_id"] != "*" and rule["source_system"] == "*" for rule in rules)
    assert any(rule["client_id"] == "*" and rule["vendor_product_id"] != "*" for rule in rules)
    assert any(rule["source_record_id"] != "*" for rule in rules)
    assert any(rule["valid_to"] and rule["valid_to"] <= world.clock.date().isoformat() for rule in rules)
    excluded = {row.line_key.removesuffix("|excluded") for row in world.truth if row.class_ == "excluded"}
    assert excluded & {row.line_key for row in world.truth}, "no line is excluded in part"


def test_orphans_stand_at_clients_whose_account_is_known(world):
    plan = plan_msp(world.seed, 60, world.clock)
    plant_all(plan)
    sources = {(p.client.id, p.product.id): p for c in plan.clients for p in c.positions.values()}

    orphans = [row for row in world.truth if row.class_ == "orphan_billing"]
    assert len(orphans) >= 3
    for row in orphans:
        position = sources[row.client_id, row.product_id]
        assert position.client.is_mapped(position.product.basis_source)


def test_names_differ_between_systems_for_most_clients(world):
    psa = {str(row["id"]): row["name"] for row in world.connectwise.companies}
    pairs = [(psa[row["externalId"]], row["name"]) for row in world.pax8.companies if row["externalId"] in psa]

    assert sum(left != right for left, right in pairs) > len(pairs) / 3
    assert any(left == right for left, right in pairs)


def test_the_catalogue_maps_by_sku_only_where_one_live_item_carries_it(world):
    live = Counter(
        row["vendorSku"] for row in world.connectwise.catalog if not row["inactiveFlag"] and row["vendorSku"]
    )
    every = Counter(row["vendorSku"] for row in world.connectwise.catalog if row["vendorSku"])

    assert set(live.values()) == {1}
    assert max(every.values()) == 2
    by_rule = {rule["vendor_product_id"] for rule in world.rules.product_map if rule["source_system"] == "pax8"}
    for product in world.pax8.products:
        ways = (product["vendorSku"] in live) + (product["id"] in by_rule)
        assert ways == (1 if product["id"] in BY_OFFER else 0)


def test_a_cost_abroad_eats_the_margin_only_by_the_rate(world):
    """Whoever takes pounds or kronor for the client's money gets each of these flags wrong."""
    plan = plan_msp(world.seed, 60, world.clock)
    plant_all(plan)
    prices = {
        f"{p.client.id}|{p.product.id}|*": (live(p).price, p.seats[0].cost_on(plan.day))
        for client in plan.clients
        for p in client.positions.values()
        if p.note.startswith("cost abroad")
    }
    rows = {row.line_key: row for row in world.truth if row.note.startswith("cost abroad")}
    assert rows.keys() == prices.keys()
    asked = {row["currencyCode"] for row in world.pax8.subscriptions}
    assert {"GBP", "SEK"} <= asked
    assert {row["currencyCode"] for row in world.pax8.invoices} == asked
    for key, (price, cost) in prices.items():
        seems_left = (price - cost) / price * 100
        money = set(rows[key].flags) & {"cost_drift", "margin_below_floor"}
        match rows[key].note.removeprefix("cost abroad, "):
            case "margin below the floor":
                assert (seems_left > 15, money) == (True, {"cost_drift", "margin_below_floor"})
            case "margin on the floor":
                assert (seems_left, money) == (50, {"cost_drift"})
            case "recorded at the rate":
                assert (rows[key].figures["vendor_unit_cost"] == cost, money) == (False, set())
            case "no rate in force":
                assert (seems_left < 15, money, rows[key].figures["vendor_unit_cost"]) == (True, set(), None)
