from datetime import timedelta

import pytest

from connectors.connectwise.schema import COMPANIES
from connectors.microsoft_graph.schema import SUBSCRIBED_SKUS
from connectors.pax8 import schema as pax8
from expectations import SUITES
from expectations.result import ExpectationResult
from expectations.runner import run as run_suite
from pipelines.warehouse.control import record_results
from pipelines.warehouse.facts import InUse, facts, frame
from pipelines.warehouse.writing import transaction
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


def judged(warehouse: Warehouse, run: str, accepted_by: str | None = None) -> ExpectationResult:
    """The floor of Pax8's companies as the run found it; all results are recorded, as a run does."""
    suite, rows = SUITES["pax8"]["companies"], InUse("pax8", pax8.COMPANIES, LATER)
    known = facts(warehouse.connection, rows, run, 10_000, accepted_by)
    results = run_suite(frame(warehouse.connection, rows, suite.select), known, suite)
    with transaction(warehouse.connection):
        record_results(warehouse.connection, run, "pax8", results)
    return next(result for result in results if result.expectation == "row_count_floor")


def companies(count: int) -> list[dict]:
    return [{"id": f"c{number}", "name": "Acme", "status": "Active"} for number in range(count)]


def test_a_list_that_stays_truncated_fails_every_run_until_it_is_whole(warehouse: Warehouse) -> None:
    assert judged(warehouse, warehouse.read("pax8", "companies", companies(10))).passed
    for day in (1, 2):
        floor = judged(warehouse, warehouse.read("pax8", "companies", companies(4), day=day))
        assert not floor.passed
        assert floor.observed == "4 rows, 10 in the last trusted read, at least 8 expected"
        assert "tieout run --accept-drop" in floor.message
    assert judged(warehouse, warehouse.read("pax8", "companies", companies(10), day=3)).passed


def test_a_drop_that_a_person_accepts_passes_says_who_and_is_what_later_runs_compare_with(
    warehouse: Warehouse,
) -> None:
    judged(warehouse, warehouse.read("pax8", "companies", companies(10)))
    judged(warehouse, warehouse.read("pax8", "companies", companies(4), day=1))
    run = warehouse.read("pax8", "companies", companies(4), day=2)
    accepted = judged(warehouse, run, accepted_by="dana")
    assert accepted.passed
    stored = warehouse.connection.execute(
        "SELECT passed, message FROM control.expectation_results WHERE run_id = ? AND expectation = 'row_count_floor'",
        [run],
    ).fetchall()
    said = "pax8.companies: drop accepted by dana (4 rows, 10 in the last trusted read, at least 8 expected)."
    assert stored == [(True, said)]
    later = judged(warehouse, warehouse.read("pax8", "companies", companies(4), day=3))
    assert (later.passed, later.message) == (True, "")
    assert not judged(warehouse, warehouse.read("pax8", "companies", companies(3), day=4)).passed


def test_accepting_where_nothing_dropped_says_nothing(warehouse: Warehouse) -> None:
    judged(warehouse, warehouse.read("pax8", "companies", companies(10)))
    same = judged(warehouse, warehouse.read("pax8", "companies", companies(10), day=1), accepted_by="dana")
    assert (same.passed, same.message) == (True, "")


@pytest.mark.parametrize("table", ["companies", "subscriptions"])
def test_a_run_in_which_any_table_of_the_source_failed_vouches_for_none(warehouse: Warehouse, table: str) -> None:
    warehouse.read("pax8", "companies", companies(10))
    bad = warehouse.read("pax8", "companies", companies(4), day=1)
    other = warehouse.read("pax8", table, [], day=1, status="failed")
    warehouse.connection.execute("UPDATE control.reads SET run_id = ? WHERE run_id = ?", [bad, other])
    run = warehouse.read("pax8", "companies", companies(4), day=2)
    known = facts(warehouse.connection, InUse("pax8", pax8.COMPANIES, LATER), run, 26)
    assert (known.row_count, known.previous_row_count) == (4, 10)


def test_a_full_read_cut_short_is_compared_with_what_was_in_use_before_it(warehouse: Warehouse) -> None:
    warehouse.read("connectwise", "companies", [{"id": 1}, {"id": 2}])
    warehouse.read("connectwise", "companies", [{"id": 3}], day=1, mode="incremental")
    short = warehouse.read("connectwise", "companies", [{"id": 1}], day=2)
    warehouse.connection.execute(
        "INSERT INTO control.expectation_results (run_id, source_system, table_name, expectation, is_blocking, passed) "
        "VALUES (?, 'connectwise', 'companies', 'row_count_floor', true, false)",
        [short],
    )
    run = warehouse.read("connectwise", "companies", [{"id": 1}], day=3, mode="incremental")
    known = facts(warehouse.connection, InUse("connectwise", COMPANIES, LATER), run, 26)
    assert (known.row_count, known.previous_row_count) == (1, 3)
