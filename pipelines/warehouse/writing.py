"""Small helpers for writing to the warehouse: transactions and set-based inserts.

Belongs here: how rows get in. Does not belong here: which rows (`control`, `rules`).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb
import pyarrow as pa


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All statements of the block or none."""
    connection.execute("BEGIN TRANSACTION")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append rows to an existing table by column name, cast to the table's types, as one Arrow scan.

    A read per tenant makes tens of thousands of rows; `executemany` takes about a millisecond for each of them.

    Args:
        connection: An open warehouse.
        table: Qualified name from our own code, never from outside.
        rows: All with the same keys, which are columns of the table.
    """
    if not rows:
        return
    insert_arrow(connection, table, pa.Table.from_pylist([dict(row) for row in rows]))


def insert_arrow(connection: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    """Append an Arrow table to an existing table by column name, cast to the table's types."""
    types = dict(
        connection.execute(
            "SELECT column_name, data_type FROM duckdb_columns() WHERE schema_name || '.' || table_name = ?", [table]
        ).fetchall()
    )
    casts = ", ".join(f'"{name}"::{types[name]} AS "{name}"' for name in rows.column_names)
    connection.register("rows_to_insert", rows)
    try:
        connection.execute(f"INSERT INTO {table} BY NAME SELECT {casts} FROM rows_to_insert")  # noqa: S608  # own names
    finally:
        connection.unregister("rows_to_insert")
