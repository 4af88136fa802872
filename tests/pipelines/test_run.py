"""Whole runs on the sandbox: what one leaves behind, and that a second changes nothing."""

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import duckdb
import pytest
from typer.testing import CliRunner

from expectations import SUITES
from pipelines.cli.app import app
from pipelines.defs.instance import open_instance
from pipelines.home import Home, HomeBusyError
from pipelines.publish.hashing import RUN_TIMES
from pipelines.run import run_pipeline
from sandbox.home import write_home
from sandbox.misbehave import Misbehaviour
from sandbox.server import SandboxServer
from tests.pipelines.conftest import Ran, copy_of, run

pytestmark = pytest.mark.integration


def query(home: Home, sql: str) -> list:
    with duckdb.connect(home.published, read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        return connection.execute(sql).fetchall()


def public_rows(home: Home) -> dict[str, list]:
    """Every public row without the run's own times and what quotes them."""
    rows = {}
    for (table,) in query(home, "SELECT table_name FROM duckdb_tables() ORDER BY 1"):
        columns = [
            name
            for (name,) in query(home, f"SELECT column_name FROM duckdb_columns() WHERE table_name = '{table}'")
            if name not in RUN_TIMES and name not in ("note", "message")
        ]
        wanted = ", ".join(f'"{name}"' for name in columns)
        rows[table] = query(home, f"SELECT {wanted} FROM analytics.{table} ORDER BY ALL")
    return rows


def test_a_run_publishes_and_says_what_came_of_each_source(first_run: Ran) -> None:
    outcome = first_run.outcome
    assert outcome.error is None
    assert outcome.published
    assert {source.source_system for source in outcome.sources} == {
        "connectwise",
        "microsoft_graph",
        "pax8",
        "ninjaone",
        "exports",
        "seatwatch",
    }
    assert {source.status for source in outcome.sources} <= {"healthy", "partial"}
    assert outcome.log.stat().st_size > 0
    assert query(first_run.home, "SELECT count(*) FROM analytics.reconciliation")[0][0] > 0


def test_progress_tells_of_every_step_and_of_rows_by_source(first_run: Ran) -> None:
    finished = {event.step for event in first_run.events if event.kind == "finished"}
    assert finished >= {"begin", "extract", "load", "transform", "publish"}
    assert {event.source for event in first_run.events if event.step == "extract" and event.rows} >= {
        "pax8",
        "ninjaone",
    }


def test_the_run_shows_in_dagster_with_materializations_and_checks(first_run: Ran) -> None:
    with open_instance(first_run.home) as instance:
        stored = instance.get_run_by_id(first_run.outcome.run_id)
        assert stored is not None
        assert stored.status is dg.DagsterRunStatus.SUCCESS
        # Under its job, with its location and in the timeline: the UI asks for the runs of a job by this origin.
        assert stored.remote_job_origin is not None
        assert (stored.remote_job_origin.location_name, stored.remote_job_origin.job_name) == ("tieout", "daily")
        of_location = {".dagster/repository": "__repository__@tieout", "dagster/code_location": "tieout"}
        assert [run.run_id for run in instance.get_runs(dg.RunsFilter(job_name="daily", tags=of_location))] == [
            first_run.outcome.run_id
        ]
        for key in (
            "pax8_api/subscriptions",
            "raw_pax8/subscriptions",
            "analytics/reconciliation",
            "published/tie_out",
        ):
            event = instance.get_latest_materialization_event(dg.AssetKey(key.split("/")))
            assert event is not None, key
        metadata = event.asset_materialization.metadata
        assert metadata["dagster/row_count"].value > 0
        assert "|" in metadata["preview"].value


def test_the_working_folder_is_empty_after_a_run(first_run: Ran) -> None:
    assert list(first_run.home.work.iterdir()) == []
    assert {path.name for path in first_run.home.published_folder.iterdir()} == {"run.json", "tieout.duckdb"}


def test_no_secret_is_in_the_log_or_in_dagsters_storage(first_run: Ran) -> None:
    secrets = [
        line.split('"')[1] for line in first_run.home.secrets_file.read_text().splitlines() if line.count('"') == 2
    ]
    assert secrets
    for path in [*first_run.home.logs.rglob("*"), *first_run.home.dagster.rglob("*"), *first_run.home.dbt.rglob("*")]:
        if path.is_file():
            content = path.read_bytes()
            assert not [secret for secret in secrets if secret.encode() in content], path


def test_a_second_run_on_unchanged_sources_has_the_same_result(first_run: Ran, second_run: Ran) -> None:
    assert second_run.outcome.error is None
    assert second_run.outcome.result_hash == first_run.outcome.result_hash


def test_a_second_run_changes_no_public_row_and_doubles_none(first_run: Ran, second_run: Ran) -> None:
    before, after = public_rows(first_run.home), public_rows(second_run.home)
    history = "discrepancy_history"  # has one row per run, as its grain says
    assert sorted(before[history] * 2, key=str) == sorted(after[history], key=str)
    del before[history], after[history]
    assert after == before


def test_readers_never_fail_while_runs_publish(second_run: Ran) -> None:
    assert len(second_run.reads) == 2
    assert min(second_run.reads) > 5


def test_dbt_starts_quickly_the_second_time(second_run: Ran) -> None:
    """A changed variable, profile or path would make dbt parse the whole project again, without any error."""
    target = second_run.home.dbt / "target"
    # Written whenever dbt parses; the last time was when the manifest was prepared, before the first build.
    parsed = (target / "partial_parse.msgpack").stat().st_mtime
    assert parsed <= (second_run.home.dbt / "manifest.key").stat().st_mtime


def test_a_failed_source_fails_alone_and_the_run_says_so(first_run: Ran, world, tmp_path: Path) -> None:
    home = copy_of(first_run.home, tmp_path)
    with SandboxServer(world, [Misbehaviour.parse("pax8:http_500")]) as bad:
        write_home(world, home.path, bad.url)
        home.settings_file.write_text(
            home.settings_file.read_text().replace(
                "[sources.pax8]\n", "[sources.pax8]\nmax_attempts = 2\nbackoff_seconds = 0.01\n"
            )
        )
        ran = run(home)
    assert ran.outcome.published
    status = {source.source_system: source for source in ran.outcome.sources}
    assert status["pax8"].status == "failed"
    assert "pax8" in (status["pax8"].message or "")
    assert status["connectwise"].status == "healthy"
    assert query(home, "SELECT count(*) FROM analytics.reconciliation WHERE class = 'not_assessed'")[0][0] > 0
    with open_instance(home) as instance:
        for key in (dg.AssetKey(["raw_pax8", "subscriptions"]), dg.AssetKey(["pax8_api", "subscriptions"])):
            assert instance.get_latest_materialization_event(key) is None, "nothing was read"
            [seen] = instance.fetch_observations(key, limit=1).records
            assert seen.asset_observation is not None
            assert seen.asset_observation.metadata["status"].value == "failed"
            assert "pax8" in str(seen.asset_observation.description)
            assert "HTTP 500" in str(seen.asset_observation.description)
        assert checks_of(instance, "raw_pax8", "subscriptions") == {"read_succeeded": "FAILED"}
        assert instance.get_latest_materialization_event(dg.AssetKey(["raw_ninjaone", "devices"])) is not None
        evaluated = checks_of(instance, "raw_ninjaone", "devices")
        assert len(evaluated) == 1 + len(SUITES["ninjaone"]["devices"].expectations)
        assert (evaluated["read_succeeded"], evaluated["not_empty"]) == ("SUCCEEDED", "SUCCEEDED")
        assert instance.get_latest_materialization_event(dg.AssetKey(["published", "reconciliation"])) is not None


def test_with_every_vendor_dead_the_copy_stays_dated_and_marked_and_the_run_fails(
    first_run: Ran, world, tmp_path: Path
) -> None:
    home = copy_of(first_run.home, tmp_path)
    before = query(home, "SELECT line_key, class FROM analytics.reconciliation ORDER BY ALL")
    vendors = ("microsoft_graph", "ninjaone", "pax8")
    with SandboxServer(world, [Misbehaviour.parse(f"{system}:http_500") for system in vendors]) as bad:
        write_home(world, home.path, bad.url)
        text = home.settings_file.read_text()
        for system in vendors:
            text = text.replace(
                f"[sources.{system}]\n", f"[sources.{system}]\nmax_attempts = 2\nbackoff_seconds = 0.01\n"
            )
        home.settings_file.write_text(text)
        done = CliRunner().invoke(app, ["run", "--home", str(home.path)], env={"COLUMNS": "120"})
    assert done.exit_code == 1
    assert "no vendor could be read" in done.stderr
    assert all(f"{system} is failed" in done.stderr for system in vendors)
    assert f"{first_run.outcome.period:%B %Y}, published " in done.stderr
    assert query(home, "SELECT line_key, class FROM analytics.reconciliation ORDER BY ALL") == before
    assert len(query(home, "SELECT reason FROM analytics.unpublished_runs")) == 1

    status = CliRunner().invoke(app, ["status", "--home", str(home.path)], env={"COLUMNS": "120"})
    assert status.exit_code == 3
    assert "This copy is not of the newest run." in status.stdout
    assert "no vendor could be read" in status.stdout
    with open_instance(home) as instance:
        [ran] = instance.get_runs()
        assert ran.status is dg.DagsterRunStatus.FAILURE
        for key in ("raw_pax8/subscriptions", "raw_ninjaone/devices", "ninjaone_api/devices", "published/tie_out"):
            assert instance.get_latest_materialization_event(dg.AssetKey(key.split("/"))) is None, key
        [seen] = instance.fetch_observations(dg.AssetKey(["published", "tie_out"]), limit=1).records
        assert "no vendor could be read" in seen.asset_observation.metadata["not_replaced_because"].value
        assert checks_of(instance, "raw_ninjaone", "devices") == {"read_succeeded": "FAILED"}


def checks_of(instance: dg.DagsterInstance, schema: str, table: str) -> dict[str, str]:
    """How the checks of a table ended that were evaluated in its last run."""
    suite = SUITES[schema.removeprefix("raw_")][table]
    key = dg.AssetKey([schema, table])
    found = {}
    for name in ("read_succeeded", *(item.name for item in suite.expectations)):
        [record] = instance.event_log_storage.get_asset_check_execution_history(dg.AssetCheckKey(key, name), limit=1)
        if record.status.value != "PLANNED":
            found[name] = record.status.value
    return found


def test_a_second_run_at_the_same_time_is_refused(home: Home) -> None:
    with home.lock("run 1"), pytest.raises(HomeBusyError, match="run 1"):
        run_pipeline(home)


def test_wrong_settings_end_in_their_own_words(home: Home) -> None:
    home.settings_file.write_text("shedule = 1\n")
    outcome = run_pipeline(home)
    assert not outcome.published
    assert "did you mean 'schedule'" in (outcome.error or "")
    assert "Traceback" not in (outcome.error or "")


def test_a_wrong_rule_ends_with_its_file_and_nothing_on_the_terminal(
    home: Home, capfd: pytest.CaptureFixture[str]
) -> None:
    (home.rules / "client_map.csv").write_text("nonsense\n")
    assert "client_map.csv" in (run_pipeline(home).error or "")
    assert capfd.readouterr() == ("", "")


def test_a_clock_before_the_period_is_refused(home: Home) -> None:
    outcome = run_pipeline(home, period=datetime(2026, 7, 1, tzinfo=UTC).date(), as_of=datetime(2026, 6, 1, tzinfo=UTC))
    assert not outcome.published
    assert "lies before the period 2026-07" in (outcome.error or "")


def test_the_server_loads_the_location_as_a_person_would(first_run: Ran, tmp_path: Path) -> None:
    home = copy_of(first_run.home, tmp_path)
    root = Path(__file__).parents[2]
    dg_command = shutil.which("dg", path=str(Path(sys.executable).parent))
    assert dg_command is not None
    done = subprocess.run(
        [dg_command, "check", "defs"],
        cwd=root,
        env={**os.environ, "TIEOUT_HOME": str(home.path), "DAGSTER_HOME": str(home.dagster), "DO_NOT_TRACK": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
