"""The analysts' copy: written beside the old one, then put in its place in one step.

Belongs here: bytes and renames. Does not belong here: whether a run may be published (`pipelines.publish.publish`).

A reader that has the old file open keeps reading it; one that opens the path gets the old or the new file, whole.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from connectors.sql import literal

# Leftovers of killed runs are found by this prefix and removed by the next run.
TEMPORARY_PREFIX = ".new-"
# The oldest DuckDB that can open the copy: analysts' tools are as old as they are.
STORAGE_VERSION = "v1.0.0"


@contextmanager
def attached_copy(connection: duckdb.DuckDBPyConnection, path: Path, schema: str) -> Iterator[str]:
    """Copy the tables of a schema into a new database file, complete and closed at the end of the block.

    Args:
        connection: The open warehouse.
        path: The new file; must not exist.
        schema: The schema to copy, with columns, constraints and comments.

    Yields:
        The name under which the new database is attached, for additions before it is closed.
    """
    name = "published_copy"
    source = connection.execute("SELECT current_database()").fetchone()
    assert source is not None, "an open connection has a database"
    connection.execute(f"ATTACH {literal(str(path))} AS {name} (STORAGE_VERSION '{STORAGE_VERSION}')")
    try:
        _copy(connection, source[0], name, schema)
        yield name
        connection.execute(f"CHECKPOINT {name}")
    finally:
        connection.execute(f"DETACH {name}")
    with path.open("rb") as file:
        os.fsync(file.fileno())


def put_in_place(temporary: Path, target: Path) -> None:
    """Replace `target` with `temporary` atomically, and make sure that the change survives a power cut.

    Who may read the old file may read the new one: its mode and group are a person's decision.
    """
    with suppress(FileNotFoundError):
        before = target.stat()
        with suppress(PermissionError):  # a group that this user is not in
            os.chown(temporary, -1, before.st_gid)
        temporary.chmod(stat.S_IMODE(before.st_mode))
    os.replace(temporary, target)
    descriptor = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_in_place(text: str, target: Path) -> None:
    """Replace a small text file atomically."""
    temporary = target.with_name(f"{TEMPORARY_PREFIX}{target.name}")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    put_in_place(temporary, target)


def _copy(connection: duckdb.DuckDBPyConnection, source: str, target: str, schema: str) -> None:
    tables = connection.execute(
        "SELECT table_name, sql, comment FROM duckdb_tables() "
        "WHERE database_name = ? AND schema_name = ? ORDER BY table_name",
        [source, schema],
    ).fetchall()
    comments = connection.execute(
        "SELECT table_name, column_name, comment FROM duckdb_columns() "
        "WHERE database_name = ? AND schema_name = ? AND comment IS NOT NULL",
        [source, schema],
    ).fetchall()
    connection.execute(f'CREATE SCHEMA {target}."{schema}"')
    connection.execute(f"USE {target}")
    try:
        for table, definition, _ in tables:
            # DuckDB's own definition keeps NOT NULL and types; it names the schema, not the database.
            connection.execute(definition)
            connection.execute(f'INSERT INTO "{schema}"."{table}" SELECT * FROM "{source}"."{schema}"."{table}"')  # noqa: S608
        for table, _, comment in tables:
            if comment:
                connection.execute(f'COMMENT ON TABLE "{schema}"."{table}" IS {literal(comment)}')
        names = {table for table, _, _ in tables}
        for table, column, comment in comments:
            if table in names:
                connection.execute(f'COMMENT ON COLUMN "{schema}"."{table}"."{column}" IS {literal(comment)}')
    finally:
        connection.execute(f'USE "{source}"')
