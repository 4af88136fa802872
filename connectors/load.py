"""From load packages into the warehouse: the database is opened for seconds, rows are only ever added.

Does not belong here: `control.reads` and everything else that says which rows count (pipelines/, dbt).
"""

import shutil
from pathlib import Path

import duckdb
from dlt.common.storages.load_package import create_load_id

from connectors.json_pages import quote
from connectors.reads import Extracted, Read
from connectors.registry import SYSTEMS
from connectors.tables import JSON, LOAD_COLUMNS, TEXT, Table


class LoadError(Exception):
    """A load package could not be loaded; the warehouse holds no row of it that a read points to."""


def load(extracted: Extracted, database: Path) -> list[tuple[Read, str | None]]:
    """Append an extraction's rows to the warehouse, and say under which load id each read's rows are found.

    Loading the same extraction again adds nothing. Nothing points to the rows until the caller records the reads, so a
    crash in here costs disk space only.

    Args:
        extracted: the outcome of `connectors.extract.extract`, its package still on disk.
        database: the DuckDB file; made when missing. No other process may have it open.

    Returns:
        Every read with its load id: this package's, an earlier one where the content is unchanged, None where the read
        is not ok.

    Raises:
        LoadError: dlt could not load the package.
    """
    from connectors.dlt_source import pipeline

    package = extracted.package
    if package is not None and not _is_loaded(database, extracted.system, package.load_id):
        line = pipeline(extracted.system, package.pipelines_dir, database)
        try:
            line.load(raise_on_failed_jobs=True)
        except Exception as error:
            raise LoadError(f"{extracted.system}: {error}") from error
        finally:
            line.deactivate()
            if package.is_elsewhere:
                # Outside the folder that the next run tidies up.
                shutil.rmtree(package.pipelines_dir, ignore_errors=True)
    # A read without rows needs a load id too: one under which its table has none.
    load_id = package.load_id if package is not None else create_load_id()
    return [(read, _load_id(read, load_id)) for read in extracted.reads]


def _load_id(read: Read, load_id: str) -> str | None:
    if read.status != "ok":
        return None
    return load_id if read.rows_appended else read.earlier_load_id or load_id


def _is_loaded(database: Path, system: str, load_id: str) -> bool:
    if not database.exists():
        return False
    with duckdb.connect(str(database)) as connection:
        exists = connection.execute(
            "SELECT count(*) FROM duckdb_tables() WHERE schema_name = ? AND table_name = '_dlt_loads'",
            [f"raw_{system}"],
        ).fetchone()
        if not (exists and exists[0]):
            return False
        found = connection.execute(
            f"SELECT count(*) FROM {quote(f'raw_{system}')}._dlt_loads WHERE load_id = ?",  # noqa: S608 - our own name
            [load_id],
        ).fetchone()
    return bool(found and found[0])


def ensure_raw_tables(connection: duckdb.DuckDBPyConnection, system: str) -> None:
    """Create the raw tables of `system` that are missing, as dlt would, and add columns declared since.

    Args:
        connection: the open warehouse.
        system: a name of `connectors.registry.SYSTEMS`.
    """
    schema = f"raw_{system}"
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {quote(schema)}")
    for table in SYSTEMS[system].tables:
        name = f"{quote(schema)}.{quote(table.name)}"
        columns = raw_columns(table)
        definitions = ", ".join(f"{quote(column)} {kind}" for column, kind in columns)
        connection.execute(f"CREATE TABLE IF NOT EXISTS {name} ({definitions})")
        for column, kind in columns:
            connection.execute(
                f"ALTER TABLE {name} ADD COLUMN IF NOT EXISTS {quote(column)} {kind.removesuffix(' NOT NULL')}"
            )


def raw_columns(table: Table) -> list[tuple[str, str]]:
    """Name and SQL type (with NOT NULL where dlt sets it) of every column that `table` has in the warehouse."""
    required = {*table.key, "_dlt_load_id"}
    return [
        (c.name, (TEXT if c.type == JSON else c.type) + (" NOT NULL" if c.name in required else ""))
        for c in (*table.columns, *LOAD_COLUMNS)
    ]
