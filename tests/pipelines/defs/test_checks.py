"""Each kind of check on a raw table, once passing and once failing."""

from dataclasses import replace
from datetime import UTC, datetime

import dagster as dg
import pytest

from connectors.microsoft_graph.schema import SUBSCRIBED_SKUS
from connectors.pax8.schema import TABLES
from connectors.reads import Read
from expectations import SUITES
from expectations.result import ExpectationResult
from pipelines.defs.ingest import check_results, check_specs
from pipelines.steps.load import Loaded

GOOD = Read(
    source_system="pax8",
    table_name="subscriptions",
    account_id=None,
    mode="full",
    status="ok",
    captured_at=datetime(2026, 6, 1, tzinfo=UTC),
    row_count=3,
    declared_total=3,
    content_hash="x",
    requests=1,
    retries=0,
    seconds=0.1,
    endpoint="/subscriptions",
)


def passing(table: str) -> list[ExpectationResult]:
    return [
        ExpectationResult("pax8", table, item.name, item.blocking, True, "fine", 0, "[]", "")
        for item in SUITES["pax8"][table].expectations
    ]


def loaded(*, reads=None, results=None) -> Loaded:
    tables = [table.name for table in TABLES]
    return Loaded(
        "pax8",
        True,
        tuple(reads if reads is not None else [replace(GOOD, table_name=table) for table in tables]),
        tuple(results if results is not None else [result for table in tables for result in passing(table)]),
        {},
    )


def results_of(found: Loaded) -> dict[tuple[str, str], dg.AssetCheckResult]:
    return {(result.asset_key.path[-1], result.check_name): result for result in check_results(found, TABLES)}


def test_every_declared_check_gets_a_result() -> None:
    declared = {(spec.asset_key.path[-1], spec.name) for table in TABLES for spec in check_specs("pax8", table)}
    assert set(results_of(loaded())) == declared


def test_a_good_source_passes_all() -> None:
    assert all(result.passed for result in results_of(loaded()).values())
    assert loaded().status == "ok"


def test_a_failed_read_fails_its_check_with_the_reason() -> None:
    bad = replace(GOOD, status="failed", message="pax8 /subscriptions: HTTP 500")
    found = loaded(reads=[bad])
    result = results_of(found)["subscriptions", "read_succeeded"]
    assert (result.passed, result.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert result.description.startswith("pax8 /subscriptions: HTTP 500.")
    assert (found.status, found.problems[0]) == ("failed", "pax8 /subscriptions: HTTP 500")


def test_a_refused_account_only_warns() -> None:
    found = loaded(reads=[GOOD, replace(GOOD, status="refused", account_id="t1", message="HTTP 403")])
    result = results_of(found)["subscriptions", "read_succeeded"]
    assert (result.passed, result.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert found.status == "partial"


def test_an_account_is_told_by_its_name_beside_its_id() -> None:
    names = {"t1": "Birch Dental", "t2": "Oak Law"}
    read = replace(GOOD, source_system="microsoft_graph", table_name=SUBSCRIBED_SKUS.name)
    bad = [replace(read, status="refused", account_id=account, message="HTTP 403") for account in ("t1", "t3")]
    odd = ExpectationResult(
        "microsoft_graph", read.table_name, "key_unique", True, False, "", 2, '["t2|s1", "t3|s1"]', ""
    )
    found = Loaded("microsoft_graph", True, (replace(read, account_id="t2"), *bad), (odd,), {}, names)
    results = {result.check_name: result for result in check_results(found, (SUBSCRIBED_SKUS,))}
    told = results["read_succeeded"]
    assert told.description == "Birch Dental (t1): HTTP 403; t3: HTTP 403"
    assert told.metadata["accounts"].value == ["Birch Dental (t1)", "t3"]
    assert results["key_unique"].metadata["sample"].value == '["Oak Law (t2)|s1", "t3|s1"]'
    assert found.problems[:2] == ["Birch Dental (t1): HTTP 403", "t3: HTTP 403"]


def test_of_many_accounts_a_few_are_told_and_the_others_counted() -> None:
    reads = [replace(GOOD, status="refused", account_id=f"t{number}", message=f"no {number}") for number in range(5)]
    description = results_of(loaded(reads=[GOOD, *reads]))["subscriptions", "read_succeeded"].description
    assert description == "no 0; no 1; no 2; and 2 more"


@pytest.mark.parametrize("blocking", [True, False])
def test_a_failed_expectation_fails_its_check_as_badly_as_it_is_meant(blocking: bool) -> None:
    results = passing("subscriptions")
    index = next(number for number, result in enumerate(results) if result.is_blocking is blocking)
    results[index] = replace(results[index], passed=False, message="12 rows are wrong", sample='["a"]')
    found = loaded(results=results)
    result = results_of(found)["subscriptions", results[index].expectation]
    severity = dg.AssetCheckSeverity.ERROR if blocking else dg.AssetCheckSeverity.WARN
    assert (result.passed, result.severity, result.description) == (False, severity, "12 rows are wrong")
    assert found.status == ("suspect" if blocking else "ok")


def test_a_source_that_is_off_has_no_result_at_all() -> None:
    assert results_of(Loaded("pax8", is_configured=False)) == {}


@pytest.mark.parametrize("status", ["failed", "refused", None])
def test_no_check_of_a_table_that_was_not_read_passes(status: str | None) -> None:
    reads = [replace(GOOD, table_name="companies")]
    if status:
        reads.append(replace(GOOD, status=status, account_id="t1", message="HTTP 500"))
    found = results_of(loaded(reads=reads))
    of_unread = {name: result for (table, name), result in found.items() if table == "subscriptions"}
    assert set(of_unread) == {"read_succeeded"}
    result = of_unread["read_succeeded"]
    assert not result.passed
    assert "were not evaluated: nothing was read" in result.description
    names = [item.name for item in SUITES["pax8"]["subscriptions"].expectations]
    assert result.metadata["not_evaluated"].value == names
    assert {name for table, name in found if table == "companies"} > {"read_succeeded", "fresh"}


def test_an_expectation_that_was_not_evaluated_fails() -> None:
    assert not results_of(loaded(results=[]))["subscriptions", "fresh"].passed
