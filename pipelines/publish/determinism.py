"""Tie-out rule 8: the same inputs, rules and version give the same result.

Belongs here: comparing a run with the earlier published run that had equal inputs. Does not belong here: hashing.
"""

import duckdb

from pipelines.publish.hashing import TableHash
from pipelines.warehouse.writing import insert


def tables_that_differ(
    connection: duckdb.DuckDBPyConnection, inputs_hash: str, tables: list[TableHash]
) -> tuple[str | None, list[str]]:
    """Compare with the newest published run of equal inputs.

    Args:
        connection: A warehouse with its control tables.
        inputs_hash: Hash of this run's inputs.
        tables: Hashes of this run's public tables.

    Returns:
        The earlier run's id (None where there is none) and the tables whose rows differ, each with both row counts.
    """
    earlier = connection.execute(
        "SELECT run_id FROM control.published_runs WHERE inputs_hash = ? ORDER BY published_at DESC LIMIT 1",
        [inputs_hash],
    ).fetchone()
    if earlier is None:
        return None, []
    before = {
        name: (count, rows)
        for name, count, rows in connection.execute(
            "SELECT table_name, row_count, rows_hash FROM control.published_tables WHERE run_id = ?", [earlier[0]]
        ).fetchall()
    }
    now = {table.table_name: (table.row_count, table.rows_hash) for table in tables}
    names = [name for name in sorted({*before, *now}) if before.get(name) != now.get(name)]
    return str(earlier[0]), [
        f"{name} ({before.get(name, (0, ''))[0]} rows then, {now.get(name, (0, ''))[0]} now)" for name in names
    ]


def record_tables(connection: duckdb.DuckDBPyConnection, run_id: str, tables: list[TableHash]) -> None:
    """Keep this run's table hashes for later runs to compare with."""
    insert(
        connection,
        "control.published_tables",
        [
            {
                "run_id": run_id,
                "table_name": table.table_name,
                "row_count": table.row_count,
                "rows_hash": table.rows_hash,
            }
            for table in tables
        ],
    )
