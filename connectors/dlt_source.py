"""dlt as tieout uses it: its settings for this process, one source per system, one pipeline per system and run.

Everything is set by argument or here, whatever the working directory and the environment hold. Does not belong here:
reading (`connectors/source_reads.py`), the database (`connectors/load.py`).
"""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import dlt
import pyarrow as pa
from dlt.common.configuration.container import Container
from dlt.common.configuration.providers import CustomLoaderDocProvider
from dlt.common.configuration.specs.pluggable_run_context import PluggableRunContext

from connectors.json_pages import arrow_schema
from connectors.reads import Read
from connectors.tables import Table

_PROVIDER = "tieout"
_CONFIGURING = threading.Lock()
_SETTINGS: dict[str, Any] = {
    "runtime": {
        "dlthub_telemetry": False,  # nothing leaves the machine but the vendors' own calls
        "intercept_signals": False,  # stopping is up to the command line or Dagster
        "log_level": "ERROR",
    },
    "pipelines": {"restore_from_destination": False},
    # What a run needs to know of earlier runs comes from its plan; dlt's own state would be a second truth.
    "restore_from_destination": False,
    "enable_runtime_trace": False,
    "extract": {"workers": 1},  # dlt's extract threads race (see docs/); our own calls are parallel inside a resource
    "normalize": {"workers": 1, "parquet_normalizer": {"add_dlt_load_id": True}},
}


class TableReads(Protocol):
    """What a source must offer to be extracted: `SourceReads` and the exports do."""

    system: Any
    tables: Any

    def reads(self) -> tuple[Read, ...]:
        """The outcome of every table."""

    def changed_rows(self, table: Table) -> pa.Table | None:
        """The rows to append, None where there are none."""


def configure() -> None:
    """Give dlt its settings for this process; calling it again changes nothing."""
    with _CONFIGURING:
        # The same values for every home, so that they may be global to the process.
        providers = Container()[PluggableRunContext].providers
        if _PROVIDER not in providers:
            dlt.config.register_provider(CustomLoaderDocProvider(_PROVIDER, lambda: _SETTINGS, supports_secrets=False))


def dlt_source(reads: TableReads) -> Any:
    """The dlt source of one system: one resource per raw table, each yielding its new rows as an Arrow table.

    New columns may come, a column that changes its type fails the load.
    """
    resources = [
        dlt.resource(
            _new_rows(reads, table),
            name=table.name,
            primary_key=list(table.key),
            write_disposition="append",
            schema_contract={"tables": "evolve", "columns": "evolve", "data_type": "freeze"},
        )
        for table in reads.tables
    ]
    return dlt.source(lambda: resources, name=reads.system)()


def _new_rows(reads: TableReads, table: Table) -> Iterator[pa.Table]:
    rows = reads.changed_rows(table)
    if rows is not None:
        yield rows.cast(arrow_schema(table))


def pipeline(system: str, pipelines_dir: Path, database: Path | None = None) -> Any:
    """The system's dlt pipeline with its working folder under `pipelines_dir`.

    Args:
        system: source system; names pipeline and dataset, always the same.
        pipelines_dir: a folder of this run alone.
        database: the warehouse to load into; without it only `extract` and `normalize` may be called, which need to
            know the kind of destination but open none.
    """
    configure()
    destination = dlt.destinations.duckdb(str(database) if database else ":memory:")
    return dlt.pipeline(
        pipeline_name=f"tieout_{system}",
        pipelines_dir=str(pipelines_dir),
        destination=destination,
        dataset_name=f"raw_{system}",
    )
