"""What a run found, as hashes: of the public tables, and of what went in.

Belongs here: hashing. Does not belong here: comparing runs (`pipelines.publish.determinism`).

A result hash says whether two runs found the same, whatever the order of rows and whenever they ran. The run's own
times therefore stay out, and with them what only tells of earlier runs.
"""

import hashlib
from dataclasses import dataclass

import duckdb

# Columns that say when, not what.
RUN_TIMES = frozenset(
    {
        "run_id",
        "as_of",
        "first_seen",
        "last_seen",
        "age_days",
        "age_hours",
        "last_success_at",
        "published_at",
        "previous_row_count",
    }
)
# Sentences that quote such times or counts.
QUOTES_TIMES = frozenset({("tie_out", "note"), ("source_health", "message")})
# How many rows the reads brought tells how a run read (all, or only what changed), not what it found.
COUNTS_OF_READING = frozenset({("tie_out", "left_total"), ("tie_out", "right_total")})
IS_ABOUT_READING = "rule = 'completeness'"
# Tables that hold rows of earlier runs too: only this run's are its result.
HISTORIES = frozenset({"discrepancy_history"})


@dataclass(frozen=True, slots=True)
class TableHash:
    """One public table: its row count and a hash of its rows that does not depend on their order."""

    table_name: str
    row_count: int
    rows_hash: str


def table_hashes(connection: duckdb.DuckDBPyConnection, schema: str, run_id: str) -> list[TableHash]:
    """Hash every table of a schema.

    Each row becomes the MD5 of its values as text (as a list, so that NULL differs from empty and no separator can be
    forged); the two halves of all MD5s are summed. Sums do not depend on order, and equal rows do not cancel out.

    Args:
        connection: An open database; its session must be in UTC.
        schema: The schema of the public tables.
        run_id: The run whose rows count in tables that keep earlier runs.
    """
    columns: dict[str, list[str]] = {}
    for table, column in connection.execute(
        "SELECT c.table_name, c.column_name FROM duckdb_columns() AS c JOIN duckdb_tables() AS t "
        "ON t.table_oid = c.table_oid AND t.database_oid = c.database_oid "
        "WHERE c.database_name = current_database() AND c.schema_name = ? ORDER BY c.table_name, c.column_name",
        [schema],
    ).fetchall():
        columns.setdefault(table, []).append(column)
    return [_hash(connection, schema, table, names, run_id) for table, names in columns.items()]


def result_hash(tables: list[TableHash]) -> str:
    """One hash over all public tables."""
    text = "\n".join(
        f"{table.table_name} {table.row_count} {table.rows_hash}"
        for table in sorted(tables, key=lambda table: table.table_name)
    )
    return hashlib.sha256(text.encode()).hexdigest()


def _hash(connection: duckdb.DuckDBPyConnection, schema: str, table: str, columns: list[str], run_id: str) -> TableHash:
    counted = [column for column in columns if column not in RUN_TIMES and (table, column) not in QUOTES_TIMES]
    values = ", ".join(_value(table, column) for column in counted)
    only = "WHERE run_id = $run_id" if table in HISTORIES else "WHERE $run_id IS NOT NULL"
    row = connection.execute(
        "SELECT count(*), coalesce(sum(md5_number_lower(values)::HUGEINT), 0), "  # noqa: S608  # own names
        "coalesce(sum(md5_number_upper(values)::HUGEINT), 0) "
        f'FROM (SELECT to_json([{values}])::VARCHAR AS values FROM "{schema}"."{table}" {only})',
        {"run_id": run_id},
    ).fetchone()
    assert row is not None, "an aggregate has one row"
    count, low, high = row
    digest = hashlib.sha256(f"{','.join(counted)}|{count}|{low}|{high}".encode()).hexdigest()
    return TableHash(table, int(count), digest)


def _value(table: str, column: str) -> str:
    if (table, column) in COUNTS_OF_READING:
        return f'CASE WHEN {IS_ABOUT_READING} THEN NULL ELSE "{column}" END::VARCHAR'
    return f'"{column}"::VARCHAR'
