from datetime import timedelta

from connectors.connectwise.schema import COMPANIES
from connectors.microsoft_graph.schema import SUBSCRIBED_SKUS
from connectors.pax8 import schema as pax8
from pipelines.warehouse.facts import InUse, facts, frame
from tests.pipelines.warehouse.conftest import START, Warehouse

LATER = START + timedelta(days=30)


def ids(warehouse: Warehouse, rows: InUse) -> list:
    return sorted(frame(warehouse.connection, rows, "id")["id"].tolist())


def test_a_snapshot_is_the_newest_good_read_alone(warehouse: Warehouse) -> None:
    warehouse.read("pax8", "companies", [{"id": "a"}, {"id": "b"}])
    warehouse.read("pax8", "companies", [{"id": "b"}], day=1)
    warehouse.read("pax8", "companies", [{"id": "z"}], day=2, status="failed")
    assert ids(warehouse, InUse("pax8", pax8.COMPANIES, LATER)) == ["b"]


def test_rows_read_after_the_clock_do_not_count(warehouse: Warehouse) -> None:
    warehouse.read("pax8", "companies", [{"id": "a"}])
    warehouse.read("pax8", "companies", [{"id": "b"}], day=3)
    assert ids(warehouse, InUse("pax8", pax8.COMPANIES, START + timedelta(days=2))) == ["a"]


def test_versions_are_the_newest_of_each_key_since_the_last_full_read(warehouse: Warehouse) -> None:
    warehouse.read("connectwise", "companies", [{"id": 9, "name": "gone"}])
    warehouse.read("connectwise", "companies", [{"id": 1, "name": "old"}, {"id": 2, "name": "same"}], day=1)
    warehouse.read("connectwise", "companies", [{"id": 1, "name": "new"}], day=2, mode="incremental")
    found = frame(warehouse.connection, InUse("connectwise", COMPANIES, LATER), "id, name")
    assert sorted(zip(found["id"], found["name"], strict=True)) == [(1, "new"), (2, "same")]


def test_a_key_twice_in_one_load_stays_twice_for_the_checks_to_see(warehouse: Warehouse) -> None:
    warehouse.read("connectwise", "companies", [{"id": 1}, {"id": 1}])
    assert ids(warehouse, InUse("connectwise", COMPANIES, LATER)) == [1, 1]


def test_facts_compare_with_the_load_before(warehouse: Warehouse) -> None:
    warehouse.read("pax8", "companies", [{"id": "a"}, {"id": "b"}])
    run = warehouse.read("pax8", "companies", [{"id": "b"}], day=1, declared=2)
    known = facts(warehouse.connection, InUse("pax8", pax8.COMPANIES, START + timedelta(days=1, hours=3)), run, 26)
    assert (known.row_count, known.previous_row_count) == (1, 2)
    assert known.age_hours == 3
    assert (known.declared_total, known.received_count) == (2, 1)


def test_the_first_load_has_nothing_before(warehouse: Warehouse) -> None:
    run = warehouse.read("pax8", "companies", [{"id": "a"}])
    assert facts(warehouse.connection, InUse("pax8", pax8.COMPANIES, LATER), run, 26).previous_row_count is None


def test_a_table_never_read_has_no_age_and_no_rows(warehouse: Warehouse) -> None:
    known = facts(warehouse.connection, InUse("pax8", pax8.COMPANIES, LATER), "run", 26)
    assert (known.row_count, known.age_hours) == (0, None)


def test_an_incremental_read_is_compared_by_what_is_in_use(warehouse: Warehouse) -> None:
    warehouse.read("connectwise", "companies", [{"id": 1}, {"id": 2}], declared=2)
    run = warehouse.read("connectwise", "companies", [{"id": 2}], day=1, mode="incremental", declared=1)
    known = facts(warehouse.connection, InUse("connectwise", COMPANIES, LATER), run, 26)
    assert (known.row_count, known.previous_row_count) == (2, 2)
    assert (known.declared_total, known.received_count) == (1, 1)


def test_a_new_account_is_no_growth_and_a_lost_one_no_loss(warehouse: Warehouse) -> None:
    def sku(tenant: str, count: int) -> list[dict]:
        return [{"tenant_id": tenant, "sku_id": f"s{number}"} for number in range(count)]

    warehouse.read("microsoft_graph", "subscribed_skus", sku("lost", 5), account="lost")
    warehouse.read("microsoft_graph", "subscribed_skus", sku("kept", 2), account="kept")
    warehouse.read("microsoft_graph", "subscribed_skus", sku("new", 3), day=1, account="new")
    # One run reads all accounts: give the three reads of the newest run its name.
    warehouse.read("microsoft_graph", "subscribed_skus", sku("kept", 2), day=1, account="kept")
    warehouse.connection.execute("UPDATE control.reads SET run_id = 'now' WHERE run_id IN ('run3', 'run4')")
    known = facts(warehouse.connection, InUse("microsoft_graph", SUBSCRIBED_SKUS, LATER), "now", 26)
    assert (known.row_count, known.previous_row_count) == (10, 10)
    assert len(frame(warehouse.connection, InUse("microsoft_graph", SUBSCRIBED_SKUS, LATER), "sku_id")) == 10
