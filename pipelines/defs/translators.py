"""How dlt's and dbt's names become Dagster's: one translator each, and they must agree.

The raw table that dlt loads and the dbt source that staging reads are one asset with one key. `tests/pipelines/defs`
compares the two translators over every source.
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg
import dlt
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtProject
from dagster_dlt import DagsterDltTranslator
from dagster_dlt.translator import DltResourceTranslatorData

from connectors.tables import LOAD_COLUMNS, Column, Table
from pipelines.defs.dbt_checks import check_sentence
from pipelines.defs.groups import group_of, raw_group
from pipelines.defs.keys import BILLING, OPERATIONS, raw_key, source_key

LAYERS = {
    "staging": "One view per raw table: renamed and cast.",
    "canonical": "Clients, products, billing lines, vendor quantities: one shape for all systems.",
    "mapping": "Which account is which client, which vendor product is which product.",
    "compare": "Billed, owned, used, charged and expected by line.",
    "marts": "The public tables.",
}


class RawTranslator(DagsterDltTranslator):
    """dlt resources of one source system as raw tables; upstream is the vendor's own table."""

    def __init__(self, system: str, tables: Mapping[str, Table]) -> None:
        self.system = system
        self.tables = tables

    def get_asset_spec(self, data: DltResourceTranslatorData) -> dg.AssetSpec:
        """The spec of the raw table that a resource fills."""
        table = self.tables[data.resource.name]
        return (
            super()
            .get_asset_spec(data)
            .replace_attributes(
                key=raw_key(self.system, table.name),
                # Drops the upstream that dagster-dlt invents, which no asset of ours produces.
                deps=[source_key(self.system, table.name)],
                description=f"{table.description}\n\nRows as received from `{table.endpoint}`, append only.",
                group_name=raw_group(self.system),
                owners=list(OPERATIONS),
                kinds={"dlt", "duckdb"},
                metadata={
                    "dagster/column_schema": declared_columns(table, *LOAD_COLUMNS),
                    "dagster/table_name": f"raw_{self.system}.{table.name}",
                    "endpoint": table.endpoint,
                    "read_mode": table.mode,
                },
            )
        )


def declared_columns(table: Table, *more: Column) -> dg.TableSchema:
    """The columns of a table as declared, each with its name at the vendor's."""
    return dg.TableSchema(
        [
            dg.TableColumn(column.name, column.type.lower(), f"`{column.path}` at the source." if column.path else None)
            for column in (*table.columns, *more)
        ]
    )


def raw_specs(system: str, tables: tuple[Table, ...]) -> list[dg.AssetSpec]:
    """Specs of a system's raw tables, derived through dagster-dlt from the declared tables.

    The resources made here carry only names: a source with its settings and secrets is built when it is read.
    """
    translator = RawTranslator(system, {table.name: table for table in tables})
    return [
        translator.get_asset_spec(DltResourceTranslatorData(resource=_nameplate(table), pipeline=None))
        for table in tables
    ]


def _nameplate(table: Table) -> Any:
    return dlt.resource([], name=table.name, primary_key=list(table.key), write_disposition="append")


class ModelTranslator(DagsterDbtTranslator):
    """dbt models by layer; sources keep `[schema, table]`, which is the key of the raw tables."""

    def __init__(self) -> None:
        super().__init__(DagsterDbtTranslatorSettings(enable_asset_checks=True, enable_source_tests_as_checks=True))

    def get_asset_check_spec(
        self, asset_spec: dg.AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetCheckSpec | None:
        """The check of a data test, with a sentence."""
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        return None if spec is None else spec._replace(description=check_sentence(manifest["nodes"][unique_id]))

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> dg.AssetSpec:
        """The spec of a model."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        node = manifest["nodes"].get(unique_id)
        if node is None or node["resource_type"] == "source":
            return spec
        layer = node["fqn"][1]
        return spec.replace_attributes(
            # What people read, without the model's text below it: that is a click away in dbt_project/.
            description=node["description"] or LAYERS.get(layer),
            # The relation's own name: some public tables share theirs with a model of an earlier layer.
            key=dg.AssetKey([node["schema"], node["alias"]]),
            group_name=group_of(node),
            owners=list(BILLING if layer == "marts" else OPERATIONS),
            kinds={"dbt", "duckdb"},
        )
