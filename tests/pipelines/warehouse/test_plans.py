from datetime import timedelta

from connectors.connectwise.schema import TABLES as CONNECTWISE
from connectors.microsoft_graph.schema import TABLES as GRAPH
from connectors.pax8.schema import TABLES as PAX8
from connectors.reads import Plan
from pipelines.warehouse.plans import build_plan
from tests.pipelines.warehouse.conftest import START, Warehouse


def test_a_source_never_read_has_an_empty_plan(warehouse: Warehouse) -> None:
    assert build_plan(warehouse.connection, "pax8", PAX8) == Plan()


def test_the_newest_good_read_is_what_the_warehouse_has(warehouse: Warehouse) -> None:
    warehouse.read("pax8", "companies", [{"id": "a"}], content="old")
    warehouse.read("pax8", "companies", [{"id": "a"}, {"id": "b"}], day=1, content="new")
    warehouse.read("pax8", "companies", [], day=2, status="failed")
    assert build_plan(warehouse.connection, "pax8", PAX8).previous == {("companies", None): ("new", "load2")}


def test_accounts_are_planned_apart(warehouse: Warehouse) -> None:
    for account in ("t1", "t2"):
        warehouse.read(
            "microsoft_graph",
            "subscribed_skus",
            [{"tenant_id": account, "sku_id": "s"}],
            account=account,
            content=account,
        )
    plan = build_plan(warehouse.connection, "microsoft_graph", GRAPH)
    assert plan.previous == {
        ("subscribed_skus", "t1"): ("t1", "load1"),
        ("subscribed_skus", "t2"): ("t2", "load2"),
    }
    assert plan.cursors == {}


def test_a_versions_table_is_read_from_where_the_last_good_read_began(warehouse: Warehouse) -> None:
    warehouse.read("connectwise", "companies", [{"id": 1}, {"id": 2}])
    warehouse.read("connectwise", "companies", [{"id": 3}], day=2, mode="incremental")
    plan = build_plan(warehouse.connection, "connectwise", CONNECTWISE)
    assert plan.cursor("companies") == START + timedelta(days=2)
    assert plan.held["companies"] == {"1", "2", "3"}


def test_a_week_after_the_last_full_read_everything_is_read_again(warehouse: Warehouse) -> None:
    warehouse.read("connectwise", "companies", [{"id": 1}])
    warehouse.read("connectwise", "companies", [{"id": 1}], day=7, mode="incremental")
    plan = build_plan(warehouse.connection, "connectwise", CONNECTWISE)
    assert plan.full_tables == {"companies"}
    assert plan.cursor("companies") is None


def test_what_was_held_before_the_last_full_read_is_held_no_more(warehouse: Warehouse) -> None:
    warehouse.read("connectwise", "companies", [{"id": 1}, {"id": 2}])
    warehouse.read("connectwise", "companies", [{"id": 2}], day=1)
    assert build_plan(warehouse.connection, "connectwise", CONNECTWISE).held["companies"] == {"2"}


def test_items_are_held_by_invoice(warehouse: Warehouse) -> None:
    warehouse.read("pax8", "invoice_items", [{"id": "i1", "invoice_id": "A"}, {"id": "i2", "invoice_id": "A"}])
    assert build_plan(warehouse.connection, "pax8", PAX8).held["invoice_items"] == {"A"}
