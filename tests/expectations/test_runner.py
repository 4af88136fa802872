"""What the runner promises whatever the suite: counts, samples, facts, silence, and failing when it cannot tell."""

import json
import logging
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest

from expectations import SUITES
from expectations.result import Facts
from expectations.runner import run
from expectations.suite import Expectation, Suite
from tests.expectations.test_suites import by_name, fetch, good_row, healthy

SUBSCRIPTIONS = SUITES["pax8"]["subscriptions"]
WHERE = ("pax8", "subscriptions")


def frame(rows: int = 1) -> pd.DataFrame:
    return fetch(SUBSCRIPTIONS, [good_row(WHERE, number) for number in range(rows)])


def outcome(name: str, facts: Facts, rows: int = 1):
    return by_name(run(frame(rows), facts, SUBSCRIPTIONS))[name]


@pytest.mark.parametrize(("age", "passed"), [(0, True), (26, True), (26.01, False), (None, False)])
def test_a_read_at_the_limit_is_fresh_and_a_missing_read_is_not(age, passed):
    result = outcome("fresh", healthy(1, age_hours=age))
    assert result.passed is passed
    assert result.is_blocking
    assert "limit 26 h" in result.observed


@pytest.mark.parametrize(("now", "before", "passed"), [(4, 5, True), (3, 4, False), (0, 0, True), (1, None, True)])
def test_four_fifths_of_the_rows_before_are_enough_and_less_is_not(now, before, passed):
    suite = SUITES["pax8"]["invoices"]
    rows = [good_row(("pax8", "invoices"), number) for number in range(now)]
    facts = healthy(now, previous_row_count=before)
    assert by_name(run(fetch(suite, rows), facts, suite))["row_count_floor"].passed is passed


def test_a_declared_total_is_compared_with_what_was_received_not_with_what_is_kept():
    assert outcome("declared_total_agrees", healthy(1, declared_total=None)).passed
    assert not outcome("declared_total_agrees", healthy(1, declared_total=2)).passed
    incremental = healthy(1, declared_total=7, received_count=7)
    assert outcome("declared_total_agrees", incremental).passed


def test_an_empty_frame_for_a_full_table_fails_although_no_row_is_wrong():
    results = by_name(run(frame(0), healthy(10), SUBSCRIPTIONS))
    assert not results["all_rows_checked"].passed
    assert results["all_rows_checked"].is_blocking
    assert results["all_rows_checked"].observed == "0 rows checked, 10 loaded"


def test_a_table_that_was_never_read_is_not_fresh_rather_than_empty():
    """A run over a past month has no vendor snapshot of that time: that is told, not that the vendor lost its data."""
    never = Facts(0, None, None, 26, None)
    results = run(frame(0), never, SUBSCRIPTIONS)
    assert [result.expectation for result in results if not result.passed] == ["fresh"]
    assert outcome("not_empty", healthy(0), rows=0).passed is False


def test_a_sample_holds_twenty_keys_and_the_count_holds_all():
    rows = frame(50).assign(quantity=-1.0)
    result = by_name(run(rows, healthy(50), SUBSCRIPTIONS))["quantity_not_negative"]
    assert result.unexpected_count == 50
    assert len(json.loads(result.sample)) == 20
    assert result.observed == "50 of 50 rows, for example -1"


def test_the_row_order_changes_nothing():
    rows = frame(50).assign(quantity=-1.0)
    assert run(rows, healthy(50), SUBSCRIPTIONS) == run(rows.sample(frac=1, random_state=7), healthy(50), SUBSCRIPTIONS)


def test_decimal_objects_are_compared_as_numbers():
    rows = frame(3)
    rows["quantity"] = pd.Series([Decimal("1000000"), Decimal("1000000.0001"), Decimal("-0.0001")], dtype=object)
    results = by_name(run(rows, healthy(3), SUBSCRIPTIONS))
    assert results["quantity_in_range"].unexpected_count == 1
    assert results["quantity_not_negative"].unexpected_count == 1


def test_a_frame_without_a_needed_column_is_refused_by_name():
    with pytest.raises(ValueError, match=r"pax8\.subscriptions: the frame lacks quantity"):
        run(frame().drop(columns="quantity"), healthy(1), SUBSCRIPTIONS)


def test_an_expectation_that_cannot_be_evaluated_fails():
    compares_text_with_a_number = Expectation(
        "status_above_three",
        "ExpectColumnValuesToBeBetween",
        {"column": "status", "min_value": 3},
        True,
        "odd",
        "Fix it.",
    )
    suite = replace(SUBSCRIPTIONS, expectations=(compares_text_with_a_number,))
    (result,) = run(frame(), healthy(1), suite)
    assert not result.passed
    assert result.observed == "could not be evaluated"
    assert result.message.endswith("Fix it.")


def test_text_from_outside_stays_data_in_samples_and_messages():
    rows = frame(1)
    rows["id"] = 'x"}]; {0} DROP'
    rows["status"] = "{observed} %s " + "A" * 500
    result = by_name(run(rows, healthy(1), SUBSCRIPTIONS))["status_known"]
    assert json.loads(result.sample) == ['x"}]; {0} DROP']
    assert len(result.message) < 400


def test_nothing_is_printed_and_the_log_level_is_put_back(capfd, caplog):
    logger = logging.getLogger("great_expectations")
    before = logger.level
    run(frame(), healthy(1), SUBSCRIPTIONS)
    assert capfd.readouterr() == ("", "")
    assert [record for record in caplog.records if record.name.startswith("great_expectations")] == []
    assert logger.level == before


def test_importing_the_suites_imports_neither_great_expectations_nor_pandas():
    heavy = {"great_expectations", "pandas", "dagster"}
    code = f"import sys, expectations, expectations.runner; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("expectation", "reason"),
    [
        (SUBSCRIPTIONS.expectations[0], "repeated names: fresh"),
        (Expectation("Odd name", "ExpectX", {"column": "id"}, True, "", ""), "names not in snake_case: Odd name"),
        (Expectation("odd", "ExpectX", {"column": "nope"}, True, "", ""), "unknown columns: nope"),
    ],
)
def test_a_wrong_declaration_is_refused_when_it_is_written(expectation, reason):
    with pytest.raises(ValueError, match=reason):
        Suite("pax8", SUBSCRIPTIONS.table, (*SUBSCRIPTIONS.expectations, expectation))
