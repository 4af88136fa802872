"""dbt models and tests as Dagster assets and checks.

Belongs here: running `dbt build` from an asset and what the UI shows of it. Does not belong here: models
(`dbt_project/`), profile and manifest (`pipelines.steps.transform`).
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from time import monotonic
from typing import Any, TextIO

import dagster as dg
from dagster_dbt import DbtCliResource, dbt_assets

from pipelines.defs import keys
from pipelines.defs.dbt_checks import with_readable_checks
from pipelines.defs.metadata import WITH_MONEY, column_schemas, money_metadata, table_metadata
from pipelines.defs.resources import Tools
from pipelines.defs.translators import ModelTranslator
from pipelines.home import Home
from pipelines.publish.publish import SCHEMA
from pipelines.secret_environment import hidden
from pipelines.steps.transform import BUILD_ARGUMENTS, PROJECT, TARGET, program
from pipelines.warehouse.connection import connect


class DbtWithoutAdapter(DbtCliResource):
    """dbt in its own process alone.

    dagster-dbt also prepares a dbt adapter in Dagster's process, for row counts and column metadata. We count by
    ourselves, preparing it takes about two seconds, and a connection it kept open would lock dbt out of the warehouse.
    """

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> Any:
        return None


def dbt_resource(home: Home) -> DbtCliResource:
    """Make the dbt of this home: its profile and its program."""
    return DbtWithoutAdapter(
        project_dir=str(PROJECT),
        profiles_dir=str(home.dbt),
        dbt_executable=str(program(home)),
        target=TARGET,
        # At the default level (debug) dbt writes 13 MB of log a run.
        global_config_flags=["--log-level-file", "info"],
    )


def transform_assets(home: Home, manifest: Path) -> dg.AssetsDefinition:
    """Every model as an asset, every data test as a check.

    Args:
        home: The home whose warehouse dbt builds.
        manifest: Its `manifest.json` (`pipelines.steps.transform.prepare`).
    """

    @dbt_assets(
        manifest=with_readable_checks(json.loads(manifest.read_text(encoding="utf-8"))),
        dagster_dbt_translator=ModelTranslator(),
        name="transform",
        pool=keys.POOL,
        required_resource_keys={"tieout", "dbt"},
    )
    def transform(context: dg.AssetExecutionContext) -> Iterator[Any]:
        tools: Tools = context.resources.tieout
        dbt: DbtCliResource = context.resources.dbt
        tools.tell("transform", "started")
        began = monotonic()
        log_file = tools.home.log_file(context.run_id)
        log_file.parent.mkdir(exist_ok=True, mode=0o700)
        with log_file.open("a", encoding="utf-8") as log:
            with hidden():  # dagster-dbt hands on this process's environment
                invocation = dbt.cli(list(BUILD_ARGUMENTS), context=context, target_path=home.dbt / "target")
            events: list[Any] = []
            try:
                for event in _quietly(iter(invocation.stream()), log):
                    events.append(event)
                    if isinstance(event, dg.Output):
                        tools.tell("transform", "advanced", table=_relation(context, event)[1])
            except Exception:
                # What was built before the failure was built: the UI shows it beside the error.
                yield from events
                raise
        yield from _with_metadata(context, tools.home, events)
        tools.tell("transform", "finished", seconds=monotonic() - began)

    return transform


def _quietly(events: Iterator[Any], log: TextIO) -> Iterator[Any]:
    """Pass dbt's events on while its own lines, which dagster-dbt prints, go to the run's log."""
    while True:
        with redirect_stdout(log):
            try:
                event = next(events)
            except StopIteration:
                return
        yield event


def _with_metadata(context: dg.AssetExecutionContext, home: Home, events: list[Any]) -> Iterator[Any]:
    """The events with row counts and previews added.

    They are held back until dbt has ended: while it runs, nobody else can open the warehouse.
    """
    with connect(home.warehouse) as connection:
        tables = set(
            connection.execute(
                "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = current_database()"
            ).fetchall()
        )
        views = column_schemas(connection)
        money = money_metadata(connection)
        for event in events:
            if isinstance(event, dg.Output):
                relation = _relation(context, event)
                # Of a view only the columns: counting one computes it.
                about = (
                    table_metadata(connection, *relation)
                    if relation in tables
                    else {"dagster/column_schema": views[relation]}
                    if relation in views
                    else {}
                )
                if relation[0] == SCHEMA and relation[1] in WITH_MONEY:
                    about = {**about, **money}
                context.add_output_metadata(about, output_name=event.output_name)
            yield event


def _relation(context: dg.AssetExecutionContext, event: dg.Output[Any]) -> tuple[str, str]:
    """Schema and table of a model: its asset key, see `pipelines.defs.translators`."""
    path = context.asset_key_for_output(event.output_name).path
    return path[-2], path[-1]
