from collections.abc import Iterator

import duckdb
import pytest

from pipelines.publish.hashing import result_hash, table_hashes


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("CREATE SCHEMA analytics")
        yield opened


def hash_of(connection: duckdb.DuckDBPyConnection, rows: str, columns: str = "", table: str = "t") -> str:
    connection.execute(f"CREATE OR REPLACE TABLE analytics.{table} AS SELECT * FROM (VALUES {rows}) AS t{columns}")
    return result_hash(table_hashes(connection, "analytics", "now"))


def test_row_order_does_not_matter(connection) -> None:
    assert hash_of(connection, "(1, 'a'), (2, 'b')") == hash_of(connection, "(2, 'b'), (1, 'a')")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("(1, 'a')", "(1, 'b')"),
        ("(1, 'a')", "(1, 'a'), (1, 'a')"),
        ("(1, 'a'), (1, 'a')", "(1, 'a'), (1, 'a'), (1, 'a'), (1, 'a')"),
        ("(1, '')", "(1, NULL)"),
        ("('a', 'b,c')", "('a,b', 'c')"),
        ("(1, 'a'), (2, 'b')", "(1, 'b'), (2, 'a')"),
        ("(1.50::DECIMAL(10,2), 'a')", "(1.51::DECIMAL(10,2), 'a')"),
        ("(['a', 'b'], 1)", "(['a'], 1)"),
    ],
)
def test_any_other_content_is_another_hash(connection, one: str, other: str) -> None:
    assert hash_of(connection, one) != hash_of(connection, other)


def test_a_value_in_another_column_is_another_hash(connection) -> None:
    assert hash_of(connection, "(1, 2)", "(x, y)") != hash_of(connection, "(2, 1)", "(x, y)")


def test_an_empty_table_counts(connection) -> None:
    before = hash_of(connection, "(1)")
    connection.execute("CREATE TABLE analytics.other (x INTEGER)")
    assert result_hash(table_hashes(connection, "analytics", "now")) != before


@pytest.mark.parametrize("column", ["as_of", "first_seen", "last_seen", "age_days", "run_id", "age_hours"])
def test_the_runs_own_times_do_not_count(connection, column: str) -> None:
    assert hash_of(connection, "(1, 'a')", f"(x, {column})") == hash_of(connection, "(1, 'b')", f"(x, {column})")


def test_only_this_runs_rows_of_a_history_count(connection) -> None:
    one = hash_of(connection, "(1, 'now')", "(x, run_id)", "discrepancy_history")
    other = hash_of(connection, "(1, 'now'), (7, 'before')", "(x, run_id)", "discrepancy_history")
    assert one == other


def test_how_many_rows_the_reads_brought_does_not_count_but_a_failed_control_does(connection) -> None:
    names = "(rule, left_total, right_total, passed)"
    full = hash_of(connection, "('completeness', 90, 90, true)", names, "tie_out")
    assert hash_of(connection, "('completeness', 0, 0, true)", names, "tie_out") == full
    assert hash_of(connection, "('completeness', 0, 0, false)", names, "tie_out") != full
    assert hash_of(connection, "('invoice', 90, 90, true)", names, "tie_out") != hash_of(
        connection, "('invoice', 0, 0, true)", names, "tie_out"
    )
