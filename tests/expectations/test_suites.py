"""Every expectation passes once and fails once, on frames fetched from DuckDB as the pipeline fetches them."""

import json
from typing import Any

import duckdb
import pandas as pd
import pytest

from connectors.tables import TEXT
from expectations import SUITES
from expectations.result import ExpectationResult, Facts
from expectations.runner import run
from expectations.suite import Suite
from tests.expectations.cases import BREAKS, GOOD, GUID

TABLES = sorted(GOOD)


def suite_of(where: tuple[str, str]) -> Suite:
    return SUITES[where[0]][where[1]]


def fetch(suite: Suite, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """The rows through a typed table and the suite's own select list."""
    with duckdb.connect() as connection:
        columns = ", ".join(f'"{column.name}" {column.type}' for column in suite.table.columns)
        connection.execute(f"CREATE TABLE rows ({columns})")
        for row in rows:
            names = ", ".join(f'"{name}"' for name in row)
            connection.execute(f"INSERT INTO rows ({names}) VALUES ({', '.join('?' * len(row))})", list(row.values()))
        return connection.sql(f"SELECT {suite.select} FROM rows").df()


def key_of(suite: Suite, number: int) -> dict[str, Any]:
    return {name: GUID.format(number) if suite.table.column(name).type == TEXT else number for name in suite.table.key}


def good_row(where: tuple[str, str], number: int) -> dict[str, Any]:
    return {**key_of(suite_of(where), number), **GOOD[where]}


def healthy(rows: int, **changed: Any) -> Facts:
    return Facts(
        **{
            "row_count": rows,
            "previous_row_count": rows,
            "age_hours": 25.9,
            "limit_hours": 26,
            "declared_total": rows,
            **changed,
        }
    )


def by_name(results: list[ExpectationResult]) -> dict[str, ExpectationResult]:
    return {result.expectation: result for result in results}


def test_every_raw_table_has_a_suite_and_every_suite_has_cases():
    from connectors.connectwise import schema as connectwise
    from connectors.exports import schema as exports
    from connectors.microsoft_graph import schema as microsoft_graph
    from connectors.ninjaone import schema as ninjaone
    from connectors.pax8 import schema as pax8

    schemas = {
        "connectwise": connectwise,
        "exports": exports,
        "microsoft_graph": microsoft_graph,
        "ninjaone": ninjaone,
        "pax8": pax8,
    }
    declared = {(system, table.name) for system, schema in schemas.items() for table in schema.TABLES}
    assert {(system, table) for system, suites in SUITES.items() for table in suites} == declared == set(GOOD)


@pytest.mark.parametrize("where", TABLES, ids=".".join)
def test_good_rows_pass_everything(where):
    results = run(fetch(suite_of(where), [good_row(where, 1), good_row(where, 2)]), healthy(2), suite_of(where))
    assert [result.message for result in results if not result.passed] == []
    assert {(result.source_system, result.table_name) for result in results} == {where}


@pytest.mark.parametrize("where", TABLES, ids=".".join)
def test_each_row_expectation_fails_for_the_row_that_breaks_it_and_for_no_other(where):
    suite, breaks = suite_of(where), BREAKS[where]
    rows = [good_row(where, 0)]
    expected: dict[str, list[str]] = {}
    for number, (name, changed) in enumerate(breaks.items(), start=1):
        row = {**good_row(where, number), **changed}
        rows.append(row)
        expected[name] = ["|".join(str(row[part]) for part in suite.table.key)]
    for number, part in enumerate(suite.table.key, start=500):
        row = {**good_row(where, number), part: None}
        rows.append(row)
        expected[f"{part}_present"] = ["|".join(str(row[name] or "") for name in suite.table.key)]
    rows += [good_row(where, 900), good_row(where, 900)]
    expected["key_unique"] = ["|".join(str(value) for value in key_of(suite, 900).values())] * 2

    results = by_name(run(fetch(suite, rows), healthy(len(rows)), suite))

    row_expectations = {item.name for item in suite.expectations if item.scope == "rows"}
    assert set(expected) == row_expectations, "each expectation over rows needs a case"
    assert {name: json.loads(results[name].sample) for name in expected} == expected
    assert {name: results[name].unexpected_count for name in expected} == {n: len(k) for n, k in expected.items()}
    for name in expected:
        assert not results[name].passed
        assert results[name].message.startswith(f"{suite.system}.{suite.table.name}: ")


@pytest.mark.parametrize("where", TABLES, ids=".".join)
def test_each_expectation_about_the_load_fails_for_its_fact(where):
    """An empty table, full in the load before, read too long ago, and the source says there are three rows."""
    suite = suite_of(where)
    facts = healthy(0, previous_row_count=5, age_hours=26.1, declared_total=3)
    results = by_name(run(fetch(suite, []), facts, suite))
    failed = {name for name, result in results.items() if not result.passed}
    assert failed == {item.name for item in suite.expectations if item.scope == "facts"} - {"all_rows_checked"}
    assert all(results[name].is_blocking for name in failed)


def test_what_may_hide_in_any_row_blocks_and_what_shows_in_its_own_row_warns():
    """A row without quantity, or of an unknown bill mode, leaves its own line not assessed: it need not stop others."""
    blocking = {
        (system, table, item.name): item.blocking
        for system, suites in SUITES.items()
        for table, suite in suites.items()
        for item in suite.expectations
    }
    assert not blocking["connectwise", "additions", "bill_customer_known"]
    assert not blocking["connectwise", "additions", "quantity_present"]
    assert not blocking["pax8", "subscriptions", "quantity_present"]
    assert not blocking["pax8", "subscriptions", "status_known"]
    assert not blocking["pax8", "invoice_items", "type_known"]
    assert not blocking["pax8", "invoice_items", "start_period_present"]
    assert blocking["pax8", "subscriptions", "company_id_present"]
    assert blocking["pax8", "subscriptions", "quantity_in_range"]
    assert not blocking["ninjaone", "devices", "approval_status_known"]
    assert not blocking["ninjaone", "devices", "last_contact_in_seconds"]
    assert not blocking["connectwise", "additions", "quantity_in_range"]
    assert blocking["ninjaone", "devices", "organization_id_present"]
    assert not blocking["connectwise", "agreements", "agreement_status_known"]
    assert not blocking["microsoft_graph", "subscribed_skus", "capability_status_known"]
    assert not blocking["ninjaone", "devices", "node_class_known"]
    assert not any(block for (_, _, name), block in blocking.items() if "currency" in name or "price" in name)


def test_money_on_invoice_items_may_be_negative_and_other_items_may_carry_any_quantity():
    where = ("pax8", "invoice_items")
    credit = {**good_row(where, 1), "type": "invoice-credit", "quantity": -3, "company_id": None, "end_period": None}
    results = run(fetch(suite_of(where), [good_row(where, 2), credit]), healthy(2), suite_of(where))
    assert all(result.passed for result in results)


def test_a_credit_on_an_exported_vendor_invoice_may_be_negative():
    where = ("exports", "vendor_quantities")
    credit = {**good_row(where, 1), "side": "charged", "quantity": -3}
    assert all(result.passed for result in run(fetch(suite_of(where), [credit]), healthy(1), suite_of(where)))
