"""Opening the warehouse: short connections, and patience where another process still holds the file.

Belongs here: connecting, the storage format and the DDL of the control schema. Does not belong here: what is read or
written.
"""

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import duckdb

from connectors.sql import literal
from pipelines.warehouse.rules import create_rules_tables

# The lock is held for seconds (a killed run's dbt process may need one to die). Pools and the run lock keep the
# processes of one home apart; patience is the second line only.
PATIENCE_SECONDS = 30.0
FIRST_WAIT_SECONDS = 0.05
LONGEST_WAIT_SECONDS = 1.0

# The oldest DuckDB that can open the file. Its storage format compresses texts in one way instead of the best of three
# and takes two thirds of the time to write (docs/decisions/0011). An older file keeps the format that it has.
STORAGE_VERSION = "v1.3.0"


class WarehouseLockedError(RuntimeError):
    """Another process kept the warehouse open for longer than our patience."""


@contextmanager
def connect(
    path: Path, *, read_only: bool = False, patience: float = PATIENCE_SECONDS
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse for the length of a `with` block.

    Args:
        path: The DuckDB file; created when missing, unless `read_only`.
        read_only: Open without the right to write (several processes may read at once while nobody writes).
        patience: Seconds to keep trying while another process holds the file.

    Yields:
        A connection whose session runs in UTC and shows no progress bar.

    Raises:
        WarehouseLockedError: The file stayed locked; the message names the process that holds it, where known.
        duckdb.Error: The file cannot be opened for another reason.
    """
    connection = _open(path, read_only, patience)
    try:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_progress_bar = false")
        yield connection
    finally:
        connection.close()


def create_control_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the schemas control and rules with their tables where missing; no row that exists is changed."""
    connection.execute(files("pipelines.warehouse").joinpath("control.sql").read_text(encoding="utf-8"))
    _keep_thousandths(connection)
    create_rules_tables(connection)


def _keep_thousandths(connection: duckdb.DuckDBPyConnection) -> None:
    """A home from before money had three decimals keeps its history, in a column that holds as many."""
    found = connection.execute(
        "SELECT data_type FROM duckdb_columns() WHERE schema_name = 'control' AND table_name = 'line_history' "
        "AND column_name = 'revenue_impact' AND database_name = current_database()"
    ).fetchone()
    if found == ("DECIMAL(18,2)",):
        connection.execute("ALTER TABLE control.line_history ALTER COLUMN revenue_impact TYPE DECIMAL(18, 3)")


def _open(path: Path, read_only: bool, patience: float) -> duckdb.DuckDBPyConnection:
    deadline = time.monotonic() + patience
    wait = FIRST_WAIT_SECONDS
    while True:
        try:
            if not (read_only or path.exists()):
                _create(path)
            return duckdb.connect(path, read_only=read_only)
        except duckdb.IOException as error:
            if "lock" not in str(error).lower():
                raise
            if time.monotonic() + wait > deadline:
                raise WarehouseLockedError(
                    f"{path} is open in another process and stayed so for {patience:.0f} seconds. Close what has it "
                    f"open (analysts should open the published copy instead). DuckDB says: {error}"
                ) from error
        # Jitter: two waiting processes should not knock at the same moments.
        time.sleep(wait * random.uniform(0.5, 1.0))  # noqa: S311  # no secret depends on it
        wait = min(wait * 2, LONGEST_WAIT_SECONDS)


def _create(path: Path) -> None:
    # Not a setting of the connection itself: DuckDB refuses two connections of one process with different settings.
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH {literal(str(path))} AS created (STORAGE_VERSION '{STORAGE_VERSION}')")
