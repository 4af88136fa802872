"""The analysts' copy as Dagster assets: one per public table, all made in one step.

Belongs here: specs and metadata. Does not belong here: publishing (`pipelines.publish`).
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from time import monotonic
from typing import Any

import dagster as dg
import duckdb

from pipelines.defs import groups, keys
from pipelines.defs.metadata import WITH_MONEY, money_metadata, table_metadata
from pipelines.defs.resources import Tools
from pipelines.publish.kept import published_words
from pipelines.publish.publish import SCHEMA, NotPublishedError, publish


def public_tables(manifest: Path) -> dict[str, Mapping[str, Any]]:
    """Every model in schema analytics, by the name of its table."""
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values()
    return {node["alias"]: node for node in nodes if node["resource_type"] == "model" and node["schema"] == SCHEMA}


def publish_assets(manifest: Path) -> dg.AssetsDefinition:
    """The published tables; each depends on the table of the warehouse that it copies."""
    tables = public_tables(manifest)
    specs = [
        dg.AssetSpec(
            keys.published_key(table),
            deps=[keys.analytics_key(table)],
            description=f"{node['description']}\n\nIn the analysts' copy, `published/tieout.duckdb`.",
            group_name=groups.PUBLISHED,
            owners=list(keys.BILLING),
            kinds={"duckdb"},
            metadata={
                "dagster/table_name": f"{SCHEMA}.{table}",
                # Its types are those of the table that was published; the UI takes the words from here.
                "dagster/column_schema": dg.TableSchema(
                    [
                        dg.TableColumn(column["name"], column.get("data_type") or "?", column["description"] or None)
                        for column in node["columns"].values()
                    ]
                ),
            },
        )
        for table, node in sorted(tables.items())
    ]

    @dg.multi_asset(name="publish", specs=specs, pool=keys.POOL, required_resource_keys={"tieout"})
    def publish_step(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult | dg.AssetObservation]:
        tools: Tools = context.resources.tieout
        tools.tell("publish", "started")
        began = monotonic()
        try:
            published = publish(tools.home)
        except NotPublishedError as refusal:
            # The copy that stands is older than this run: each of its tables says so beside its last materialization.
            about = {"not_replaced_because": str(refusal), "copy": published_words(tools.home)}
            for table in sorted(tables) if tools.home.published.exists() else ():
                yield dg.AssetObservation(keys.published_key(table), description=str(refusal), metadata=about)
            raise
        context.log.info(f"Published {tools.home.published}, result hash {published.result_hash}")
        for warning in published.rule_warnings:
            context.log.warning(f"A rule points at nothing: {warning}")
        with duckdb.connect(tools.home.published, read_only=True) as connection:
            money = money_metadata(connection)
            for table in sorted(tables):
                yield dg.MaterializeResult(
                    keys.published_key(table),
                    metadata={
                        **table_metadata(connection, SCHEMA, table),
                        **(money if table in WITH_MONEY else {}),
                        "result_hash": published.result_hash,
                        "period": published.run.period.isoformat(),
                        "as_of": published.run.as_of.isoformat(),
                    },
                )
        tools.tell("publish", "finished", seconds=monotonic() - began)

    return publish_step
