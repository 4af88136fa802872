"""What a person sees in the UI: groups that can be read, columns of every table, money and names.

Of the definitions alone where they suffice; the rest is read from the storage of the shared demo run.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg
import duckdb
import pytest
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus

from pipelines.defs.groups import PARTS, PUBLIC, PUBLISHED
from pipelines.defs.instance import open_instance
from pipelines.defs.metadata import WITH_MONEY
from tests.conftest import Demo
from tests.pipelines.defs.conftest import Built

MOST_OF_A_GROUP = 30


def test_no_text_shows_a_template_or_the_text_of_a_model(built: Built) -> None:
    graph = built.definitions.resolve_asset_graph()
    texts = [graph.get(key).description or "" for key in graph.get_all_asset_keys()]
    texts += [graph.get_check_spec(key).description or "" for key in graph.asset_check_keys]
    texts += [
        column.description or "" for key in graph.get_all_asset_keys() for column in _columns(graph.get(key).metadata)
    ]
    for text in texts:
        assert not re.search(r"\{\{|\{%|Raw SQL|ref\(", text), text


def test_no_group_is_too_large_to_be_looked_at(built: Built) -> None:
    graph = built.definitions.resolve_asset_graph()
    sizes = Counter(graph.get(key).group_name for key in graph.get_all_asset_keys())
    assert {name: size for name, size in sizes.items() if size > MOST_OF_A_GROUP} == {}


def test_public_tables_come_first_then_raw_tables_and_sources(built: Built) -> None:
    """The UI sorts groups by name."""
    graph = built.definitions.resolve_asset_graph()
    groups = sorted({graph.get(key).group_name or "" for key in graph.get_all_asset_keys()})
    assert list(dict.fromkeys(name.partition("_")[2].partition("_")[0] for name in groups)) == [
        *("public", "published", "raw", "source", "control", "rules"),
        *("staging", "canonical", "mapping", "compare", "tie"),
    ]
    public = {key for key in graph.get_all_asset_keys() if key.path[0] in ("analytics", "published")}
    assert {graph.get(key).group_name for key in public} == {PUBLIC, PUBLISHED}
    assert {key for key in graph.get_all_asset_keys() if graph.get(key).group_name in (PUBLIC, PUBLISHED)} == public


def test_parts_of_a_layer_name_models_that_are_there(built: Built) -> None:
    graph = built.definitions.resolve_asset_graph()
    there = {(graph.get(key).group_name, key.path[-1]) for key in graph.get_all_asset_keys()}
    named = {(part, model) for parts in PARTS.values() for part, models in parts.items() for model in models}
    assert named - there == set()


def test_public_raw_and_source_tables_show_their_columns_before_any_run(built: Built) -> None:
    graph = built.definitions.resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        if key.path[0] in ("analytics", "published") or key.path[0].startswith("raw_") or key.path[0].endswith("_api"):
            assert _columns(graph.get(key).metadata), key


@pytest.mark.integration
def test_after_a_run_every_table_shows_its_columns_and_the_public_ones_rows_and_money(
    built: Built, demo_home: Demo
) -> None:
    graph = built.definitions.resolve_asset_graph()
    with open_instance(demo_home.home) as instance:
        events = instance.get_latest_materialization_events(list(graph.get_all_asset_keys()))
    shown = {key: event.asset_materialization.metadata for key, event in events.items() if event is not None}
    tables = {key for key in shown if not key.path[0].endswith(("_api", "_inbox"))}
    assert len(tables) > 200
    assert {key for key in tables if not _columns(shown[key])} == set()
    public = {key for key in graph.get_all_asset_keys() if key.path[0] in ("analytics", "published")}
    assert {key for key in public if "dagster/row_count" not in shown[key]} == set()
    for key in (key for key in public if key.path[-1] in WITH_MONEY):
        about = shown[key]
        assert str(about["coverage_of_units"].value).endswith(" %")
        assert [name for name in about if name.startswith("underbilled_a_month_")]
        assert [name for name in about if name.startswith("coverage_of_money_")]


@pytest.mark.integration
def test_after_a_run_the_refused_tenant_has_its_name_and_every_assertion_its_result(demo_home: Demo) -> None:
    refused = dg.AssetCheckKey(dg.AssetKey(["raw_microsoft_graph", "subscribed_skus"]), "read_succeeded")
    asserted = dg.AssetCheckKey(dg.AssetKey(["analytics", "row_dispositions"]), "rows_stand_where_their_mappings_say")
    with open_instance(demo_home.home) as instance:
        found = instance.event_log_storage.get_latest_asset_check_execution_by_key([refused, asserted])
    assert found[asserted].status is AssetCheckExecutionRecordStatus.SUCCEEDED
    evaluation = found[refused].event.dagster_event.event_specific_data
    accounts = evaluation.metadata["accounts"].value
    assert accounts
    for account in accounts:
        assert re.fullmatch(r".*\w.* \([0-9a-f-]{36}\)", account), account
    with duckdb.connect(demo_home.home.published, read_only=True) as published:
        [(message,)] = published.execute(
            "SELECT message FROM analytics.source_health WHERE source_system = 'microsoft_graph'"
        ).fetchall()
    assert re.search(r"for example \w.* \([0-9a-f-]{36}\) - ", message), message


def _columns(metadata: Mapping[str, Any]) -> Sequence[dg.TableColumn]:
    schema = metadata.get("dagster/column_schema")
    return [] if schema is None else getattr(schema, "value", schema).columns
