import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest
import yaml
from dagster_dbt import DagsterDbtTranslator

from connectors.registry import SYSTEMS
from expectations import SUITES
from pipelines.defs.instance import prepare_instance
from pipelines.defs.keys import POOL
from pipelines.defs.schedule import JOB, daily_schedule
from pipelines.defs.translators import ModelTranslator, raw_specs
from pipelines.settings import Schedule
from tests.pipelines.defs.conftest import Built

ROOT = Path(__file__).parents[3]


def graph(built: Built):
    return built.definitions.resolve_asset_graph()


def ancestors(built: Built, key: dg.AssetKey) -> set[dg.AssetKey]:
    found: set[dg.AssetKey] = set()
    todo = [key]
    while todo:
        for parent in graph(built).get(todo.pop()).parent_keys:
            if parent not in found:
                found.add(parent)
                todo.append(parent)
    return found


def test_every_dbt_source_is_made_by_an_asset(built: Built) -> None:
    sources = json.loads(built.manifest.read_text())["sources"].values()
    assert len(sources) > 20
    made = graph(built).materializable_asset_keys
    missing = {f"{source['source_name']}.{source['name']}" for source in sources} - {".".join(key.path) for key in made}
    assert not missing


def test_both_translators_give_a_raw_table_one_key(built: Built) -> None:
    manifest = json.loads(built.manifest.read_text())
    of_dbt = {
        ModelTranslator().get_asset_spec(manifest, unique_id, None).key
        for unique_id, source in manifest["sources"].items()
        if source["source_name"].startswith("raw_")
    }
    of_dlt = {spec.key for system in SYSTEMS for spec in raw_specs(system, SYSTEMS[system].tables)}
    assert of_dbt == of_dlt


@pytest.mark.parametrize(
    "table", ["connectwise_api/additions", "microsoft_graph_api/license_assignments", "pax8_api/invoice_items",
              "ninjaone_api/devices", "exports_inbox/billing_lines"]
)  # fmt: skip
def test_lineage_has_no_break_from_the_vendors_table_to_the_published_ones(built: Built, table: str) -> None:
    for published in ("reconciliation", "discrepancies", "tie_out"):
        assert dg.AssetKey(table.split("/")) in ancestors(built, dg.AssetKey(["published", published]))


def test_nothing_hangs_in_the_air(built: Built) -> None:
    everything = graph(built)
    assert everything.external_asset_keys == set()
    roots = {key for key in everything.get_all_asset_keys() if not everything.get(key).parent_keys}
    assert {key.path[0] for key in roots} == {"control", "rules"}


def test_every_asset_says_who_owns_it_what_it_is_and_where_it_belongs(built: Built) -> None:
    everything = graph(built)
    for key in everything.get_all_asset_keys():
        node = everything.get(key)
        assert node.owners, key
        assert node.description, key
        assert node.group_name not in (None, "default"), key
        assert node.kinds, key


def test_every_expectation_is_a_check_on_its_raw_table_and_blocks_nothing(built: Built) -> None:
    everything = graph(built)
    checks = everything.asset_check_keys
    for system, suites in SUITES.items():
        for table, suite in suites.items():
            key = dg.AssetKey([f"raw_{system}", table])
            names = {check.name for check in checks if check.asset_key == key}
            assert {"read_succeeded", *(item.name for item in suite.expectations)} <= names
    raw = [key for key in checks if key.asset_key.path[0].startswith("raw_")]
    assert not [key for key in raw if everything.get(key).blocking]


def test_dbt_tests_are_checks(built: Built) -> None:
    on_marts = [key for key in graph(built).asset_check_keys if key.asset_key.path[0] == "analytics"]
    assert len(on_marts) > 10


def test_every_step_that_opens_the_warehouse_shares_the_pool(built: Built) -> None:
    ops = {node.name: node for node in built.definitions.resolve_job_def(JOB).all_node_defs}
    without = {name for name, op in ops.items() if op.pool != POOL}
    assert without == {"extract"}
    prepare_instance(built.home)
    configured = yaml.safe_load((built.home.dagster / "dagster.yaml").read_text())
    assert configured["concurrency"]["pools"]["default_limit"] == 1


def test_public_tables_are_published_under_their_own_names(built: Built) -> None:
    published = {key.path[-1] for key in graph(built).get_all_asset_keys() if key.path[0] == "published"}
    assert published >= {
        "reconciliation",
        "discrepancies",
        "observations",
        "evidence",
        "row_dispositions",
        "tie_out",
        "source_health",
        "file_notes",
        "client_summary",
        "product_summary",
        "period_summary",
        "client_mappings",
        "product_mappings",
        "mapping_suggestions",
        "mapping_queue",
        "mapping_targets",
        "discrepancy_history",
        "decisions",
    }


def test_the_default_translator_agrees_on_sources(built: Built) -> None:
    """Our own translator must not move keys that dbt users expect."""
    manifest = json.loads(built.manifest.read_text())
    for unique_id in manifest["sources"]:
        ours = ModelTranslator().get_asset_spec(manifest, unique_id, None).key
        assert ours == DagsterDbtTranslator().get_asset_spec(manifest, unique_id, None).key


def test_run_parameters_show_in_the_launchpad_with_defaults(built: Built) -> None:
    job = built.definitions.resolve_job_def(JOB)
    defaults = dg.validate_run_config(job, {})["ops"]["begin_run"]["config"]
    assert defaults == {
        "period": None,
        "as_of": None,
        "accept_name_score": None,
        "accept_drops": [],
        "accepted_by": None,
    }
    given = {"ops": {"begin_run": {"config": {"period": "2026-05", "as_of": "2026-05-31T22:00Z"}}}}
    assert dg.validate_run_config(job, given)["ops"]["begin_run"]["config"]["period"] == "2026-05"


def test_the_schedule_is_stopped_until_the_settings_say_otherwise() -> None:
    assert daily_schedule(Schedule()).default_status is dg.DefaultScheduleStatus.STOPPED
    assert daily_schedule(Schedule(enabled=True)).default_status is dg.DefaultScheduleStatus.RUNNING


def test_a_tick_asks_for_one_run_of_the_month_in_progress(built: Built) -> None:
    schedule = daily_schedule(Schedule(cron="30 5 * * *", timezone="Europe/Berlin"))
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("30 5 * * *", "Europe/Berlin")
    with dg.instance_for_test() as instance:
        context = dg.build_schedule_context(
            instance=instance,
            scheduled_execution_time=datetime(2026, 6, 2, 3, 30, tzinfo=UTC),
            repository_def=built.definitions.get_repository_def(),
        )
        requests = schedule.evaluate_tick(context).run_requests
    assert requests is not None
    assert [request.run_config for request in requests] == [{}]


def test_the_location_has_one_name_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["dg"]["project"]
    (location,) = yaml.safe_load((ROOT / "pipelines" / "workspace.yaml").read_text())["load_from"]
    assert location["python_module"]["location_name"] == project["code_location_name"]
    assert location["python_module"]["module_name"] == project["code_location_target_module"]
