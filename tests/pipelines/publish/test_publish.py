"""The gate, on small invented public tables: what stops a run from being published, and what stays when it does."""

import json
from datetime import UTC, date, datetime

import duckdb
import pytest

from pipelines.home import Home
from pipelines.publish.publish import NotPublishedError, publish
from pipelines.steps.current import CurrentRun
from pipelines.warehouse.connection import connect, create_control_tables
from pipelines.warehouse.control import Run, write_run

TABLES = """
CREATE SCHEMA analytics; CREATE SCHEMA canonical;
CREATE TABLE analytics.tie_out (rule VARCHAR, source_system VARCHAR, period DATE, currency VARCHAR, subject VARCHAR,
    left_total DECIMAL(18, 4), right_total DECIMAL(18, 4), difference DECIMAL(18, 4), passed BOOLEAN, note VARCHAR);
CREATE TABLE analytics.source_health (source_system VARCHAR, role VARCHAR, status VARCHAR, is_assessable BOOLEAN,
    row_count BIGINT, last_success_at TIMESTAMPTZ, message VARCHAR, is_acknowledged BOOLEAN DEFAULT false);
INSERT INTO analytics.source_health BY NAME SELECT * FROM (VALUES
    ('connectwise', 'psa', 'healthy', true, 3, '2026-06-01 00:00:00+00', NULL),
    ('pax8', 'vendor', 'healthy', true, 3, '2026-06-01 00:00:00+00', NULL),
    ('ninjaone', 'vendor', 'healthy', true, 3, '2026-06-01 00:00:00+00', NULL),
    ('microsoft_graph', 'vendor', 'off', false, 0, NULL, 'switched off in the configuration'),
    ('seatwatch', 'vendor', 'healthy', true, 3, '2026-06-01 00:00:00+00', NULL)
) AS rows (source_system, role, status, is_assessable, row_count, last_success_at, message);
CREATE TABLE analytics.reconciliation (line_key VARCHAR, variance DECIMAL(18, 4), as_of TIMESTAMPTZ,
    period DATE, class VARCHAR, kind VARCHAR, billed_quantity DECIMAL(18, 4), owned_quantity DECIMAL(18, 4),
    used_quantity DECIMAL(18, 4), charged_quantity DECIMAL(18, 4), expected_quantity DECIMAL(18, 4),
    revenue_impact DECIMAL(18, 2), currency VARCHAR, amount_variance DECIMAL(18, 2),
    flags VARCHAR[]);
CREATE TABLE canonical.current_reads (source_system VARCHAR, table_name VARCHAR, account_id VARCHAR, mode VARCHAR,
    content_hash VARCHAR, row_count BIGINT, captured_at TIMESTAMPTZ, is_newest BOOLEAN);
"""


def begin(home: Home, run_id: str) -> None:
    run = Run(run_id, date(2026, 6, 1), datetime(2026, 6, 20, tzinfo=UTC), "USD", None, "1", "rules")
    CurrentRun(run, as_of_given=True, systems=()).save(home)
    with connect(home.warehouse) as connection:
        write_run(connection, run)


@pytest.fixture
def computed(home: Home) -> Home:
    """A home whose run has computed its public tables."""
    with connect(home.warehouse) as connection:
        create_control_tables(connection)
        connection.execute(TABLES)
        connection.execute(
            "INSERT INTO analytics.reconciliation (line_key, variance, as_of, period, class, kind, billed_quantity) "
            "VALUES ('a', 1, now(), '2026-06-01', 'underbilled', 'billing', 1), "
            "('b', 2, now(), '2026-06-01', 'underbilled', 'billing', 1)"
        )
        connection.execute(
            "INSERT INTO analytics.tie_out VALUES "
            "('exactly_once', 'pax8', '2026-06-01', NULL, 'subscriptions', 3, 3, 0, true, '')"
        )
        connection.execute(
            "INSERT INTO control.sources VALUES ('connectwise', 'psa', true, 26), ('pax8', 'vendor', true, 26), "
            "('ninjaone', 'vendor', true, 26), ('microsoft_graph', 'vendor', false, 26), "
            "('exports', 'vendor', true, 26)"
        )
    begin(home, "run1")
    return home


def change(home: Home, statement: str) -> None:
    with connect(home.warehouse) as connection:
        connection.execute(statement)


def published_rows(home: Home) -> list:
    with duckdb.connect(home.published, read_only=True) as copy:
        return copy.execute("SELECT line_key FROM analytics.reconciliation ORDER BY 1").fetchall()


def test_a_run_that_ties_out_is_published_and_recorded_and_over(computed: Home) -> None:
    published = publish(computed)
    assert published_rows(computed) == [("a",), ("b",)]
    assert '"run_id": "run1"' in computed.published_summary.read_text()
    assert not computed.current_run.exists()
    with connect(computed.warehouse) as connection:
        assert connection.execute("SELECT run_id, result_hash FROM control.published_runs").fetchall() == [
            ("run1", published.result_hash)
        ]


def test_determinism_is_a_row_of_the_copys_tie_out(computed: Home) -> None:
    publish(computed)
    with duckdb.connect(computed.published, read_only=True) as copy:
        assert copy.execute("SELECT rule, passed FROM analytics.tie_out ORDER BY 1").fetchall() == [
            ("determinism", True),
            ("exactly_once", True),
        ]


def test_a_failed_tie_out_publishes_nothing_and_names_the_control(computed: Home) -> None:
    publish(computed)
    begin(computed, "run2")
    change(
        computed,
        "INSERT INTO analytics.reconciliation BY NAME SELECT * REPLACE ('c' AS line_key) "
        "FROM analytics.reconciliation LIMIT 1",
    )
    change(
        computed,
        "INSERT INTO analytics.tie_out VALUES ('invoice', 'pax8', '2026-06-01', 'USD', 'inv-7', 5, 4, 1, false, '')",
    )
    with pytest.raises(NotPublishedError, match=r"invoice: pax8 inv-7 USD: 5.0000 against 4.0000, difference 1.0000"):
        publish(computed)
    assert published_rows(computed) == [("a",), ("b",)]
    assert '"run_id": "run1"' in computed.published_summary.read_text()


def test_equal_inputs_with_another_result_are_refused_naming_the_tables(computed: Home) -> None:
    publish(computed)
    begin(computed, "run2")
    change(computed, "UPDATE analytics.reconciliation SET variance = 5 WHERE line_key = 'a'")
    with pytest.raises(NotPublishedError, match=r"run1.*reconciliation \(2 rows then, 2 now\)"):
        publish(computed)


def test_equal_inputs_with_an_equal_result_are_published_again(computed: Home) -> None:
    first = publish(computed)
    begin(computed, "run2")
    change(computed, "UPDATE analytics.reconciliation SET as_of = now() + INTERVAL 1 DAY")
    second = publish(computed)
    assert (second.result_hash, second.inputs_hash) == (first.result_hash, first.inputs_hash)


def test_other_inputs_may_give_another_result(computed: Home) -> None:
    first = publish(computed)
    begin(computed, "run2")
    change(
        computed,
        "INSERT INTO control.decisions VALUES ('d', 'a', '2026-06-01', 'accept', NULL, 'me', now(), NULL, NULL)",
    )
    change(computed, "UPDATE analytics.reconciliation SET variance = 5 WHERE line_key = 'a'")
    second = publish(computed)
    assert second.inputs_hash != first.inputs_hash
    assert second.result_hash != first.result_hash


def test_rules_that_point_at_nothing_are_named_beside_the_copy_and_stop_nothing(computed: Home) -> None:
    change(
        computed,
        """
        CREATE TABLE canonical.clients AS SELECT 'connectwise:1' AS client_id, 'connectwise' AS source_system,
            false AS is_deleted;
        CREATE TABLE canonical.agreements AS SELECT NULL::VARCHAR AS agreement_id, NULL::VARCHAR AS source_system;
        CREATE TABLE canonical.products AS SELECT NULL::VARCHAR AS product_id, NULL::VARCHAR AS source_system;
        CREATE TABLE canonical.billing_lines AS SELECT NULL::VARCHAR AS client_id, NULL::VARCHAR AS product_id,
            NULL::VARCHAR AS agreement_id, false AS is_live, NULL::VARCHAR AS bill_mode;
        INSERT INTO rules.client_map BY NAME SELECT 'pax8' AS source_system, 'c1' AS account_id,
            'connectwise:9' AS client_id, DATE '2026-01-01' AS valid_from, 'r' AS rule_id, 'client_map.csv' AS file,
            4 AS line;
        """,
    )
    publish(computed)
    told = json.loads(computed.published_summary.read_text())["rule_warnings"]
    assert told == ["client_map.csv:4: client_id: connectwise:9: the PSA has no such client"]


def dead(home: Home, *systems: str) -> None:
    """These could not be read in the run in progress."""
    for system in systems:
        change(
            home,
            f"UPDATE analytics.source_health SET status = 'failed', is_assessable = false, "
            f"message = '{system}: HTTP 500' WHERE source_system = '{system}'",
        )


def later_runs(home: Home) -> list:
    with duckdb.connect(home.published, read_only=True) as copy:
        return copy.execute(
            "SELECT run_id, reason FROM analytics.unpublished_runs ORDER BY ended_at, run_id"
        ).fetchall()


NOTHING_READ = [
    pytest.param(("connectwise",), "the PSA could not be read: connectwise is failed: connectwise: HTTP 500", id="psa"),
    pytest.param(("pax8", "ninjaone"), "no vendor could be read: .*pax8 is failed: pax8: HTTP 500", id="all-vendors"),
    pytest.param(("pax8", "ninjaone", "seatwatch"), "no vendor could be read: ninjaone is failed", id="files-too"),
]


@pytest.mark.parametrize(("systems", "reason"), NOTHING_READ)
def test_a_run_whose_psa_or_all_vendors_were_not_read_keeps_the_copy_and_marks_it(
    computed: Home, systems: tuple[str, ...], reason: str
) -> None:
    publish(computed)
    before = json.loads(computed.published_summary.read_text())
    begin(computed, "run2")
    change(computed, "UPDATE analytics.reconciliation SET class = 'not_assessed', line_key = line_key || '2'")
    dead(computed, *systems)
    with pytest.raises(NotPublishedError, match=reason) as refusal:
        publish(computed)
    assert f"June 2026, published {before['published_at'][:10]}" in str(refusal.value)
    assert published_rows(computed) == [("a",), ("b",)]
    assert later_runs(computed) == [("run2", str(refusal.value))]
    told = json.loads(computed.published_summary.read_text())
    assert (told["run_id"], [run["run_id"] for run in told["unpublished_runs"]]) == ("run1", ["run2"])
    assert {path.name for path in computed.published_folder.iterdir()} == {"run.json", "tieout.duckdb"}


@pytest.mark.parametrize("systems", [("pax8",), ("ninjaone", "seatwatch"), ("seatwatch",)])
def test_a_run_that_lacks_some_vendors_is_published(computed: Home, systems: tuple[str, ...]) -> None:
    publish(computed)
    begin(computed, "run2")
    dead(computed, *systems)
    change(computed, "UPDATE analytics.reconciliation SET line_key = line_key || '2'")
    change(computed, "UPDATE control.run SET as_of = as_of + INTERVAL 1 DAY")
    change(
        computed,
        "INSERT INTO control.decisions VALUES ('d', 'a', '2026-06-01', 'accept', NULL, 'me', now(), NULL, NULL)",
    )
    publish(computed)
    assert published_rows(computed) == [("a2",), ("b2",)]
    assert later_runs(computed) == []


def test_with_no_copy_to_keep_a_run_is_published_whatever_it_read(computed: Home) -> None:
    dead(computed, "connectwise")
    publish(computed)
    assert published_rows(computed) == [("a",), ("b",)]


def test_the_mark_of_every_refused_run_stands_until_a_run_is_published(computed: Home) -> None:
    publish(computed)
    mode = 0o640
    computed.published.chmod(mode)
    for run_id in ("run2", "run3"):
        begin(computed, run_id)
        change(computed, "UPDATE analytics.tie_out SET passed = false, difference = 1")
        with pytest.raises(NotPublishedError, match="tie-out does not hold"):
            publish(computed)
    assert [run_id for run_id, _ in later_runs(computed)] == ["run2", "run3"]
    assert computed.published.stat().st_mode & 0o777 == mode
    begin(computed, "run4")
    change(computed, "UPDATE analytics.tie_out SET passed = true, difference = 0")
    publish(computed)
    assert later_runs(computed) == []
    assert json.loads(computed.published_summary.read_text())["unpublished_runs"] == []
