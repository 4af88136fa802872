"""Runs whose process was killed are closed, and no other: real processes, really killed."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest
from typer.testing import CliRunner

from pipelines.cli import ui
from pipelines.cli.app import app
from pipelines.defs import abandoned
from pipelines.defs.abandoned import PROCESS_TAG, abandoned_runs_sensor, close_abandoned_runs, process_tag
from pipelines.defs.instance import open_instance
from pipelines.defs.origin import job_origin
from pipelines.home import Home
from pipelines.web import services

STARTED, STARTING = dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING

# A process that holds a run and says so, as a run of ours does; it waits for its end.
HOLDER = """
import sys, time
from pathlib import Path
import dagster as dg
from pipelines.defs.abandoned import process_tag
from pipelines.defs.instance import open_instance
from pipelines.home import Home
home, run_id, how = Home(Path(sys.argv[1])), sys.argv[2], sys.argv[3]
with open_instance(home) as instance:
    run = instance.get_run_by_id(run_id)
    if how == "tag":
        instance.add_run_tags(run_id, process_tag(run_id))
    else:
        import os
        from dagster._core.events import EngineEventData
        instance.report_engine_event("Started process for run", run, EngineEventData.in_process(os.getpid()))
print("ready", flush=True)
time.sleep(600)
"""


@dg.job
def daily() -> None:
    pass


def new_run(instance: dg.DagsterInstance, status: dg.DagsterRunStatus = STARTED, **tags: str) -> dg.DagsterRun:
    return instance.create_run_for_job(daily, status=status, tags=tags, remote_job_origin=job_origin(daily.name))


@contextmanager
def held(home: Home, run: dg.DagsterRun, how: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(home.path), run.run_id, how], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("how", ["tag", "log"])
def test_a_run_is_closed_once_its_process_is_killed_and_not_before(home: Home, how: str) -> None:
    """By its own tag, or (a worker of the UI that has not come so far) by what Dagster logs of it."""
    with open_instance(home) as instance:
        run = new_run(instance)
        storage = instance.event_log_storage
        storage.set_concurrency_slots("warehouse", 1)
        assert storage.claim_concurrency_slot("warehouse", run.run_id, "load").is_claimed
        with held(home, run, how) as process:
            assert close_abandoned_runs(instance, home) == []
            process.send_signal(signal.SIGSTOP)  # one that stands still is alive, too
            assert close_abandoned_runs(instance, home) == []
            process.kill()
            while (
                Path(f"/proc/{process.pid}/stat").exists() and "Z" not in Path(f"/proc/{process.pid}/stat").read_text()
            ):
                time.sleep(0.05)
            # Nobody has waited for it yet: the id is still there, the process is not.
            assert close_abandoned_runs(instance, home) == [run.run_id]
        assert instance.get_run_by_id(run.run_id).status is dg.DagsterRunStatus.FAILURE
        assert storage.claim_concurrency_slot("warehouse", new_run(instance).run_id, "load").is_claimed
        assert close_abandoned_runs(instance, home) == []


def test_a_run_that_was_being_cancelled_ends_cancelled(home: Home) -> None:
    with open_instance(home) as instance:
        run = new_run(instance, dg.DagsterRunStatus.CANCELING)
        instance.add_run_tags(run.run_id, {PROCESS_TAG: f"{run.run_id} {dead_process()}"})
        assert close_abandoned_runs(instance, home) == [run.run_id]
        assert instance.get_run_by_id(run.run_id).status is dg.DagsterRunStatus.CANCELED


def dead_process() -> str:
    """A process of this machine that had our number, before us."""
    host, number, _ = process_tag("x")[PROCESS_TAG].split(" ", 1)[1].split(" ", 2)
    return f"{host} {number} another-boot 1"


def test_a_number_that_another_process_has_now_is_no_sign_of_life(home: Home) -> None:
    with open_instance(home) as instance:
        run = new_run(instance)
        instance.add_run_tags(run.run_id, {PROCESS_TAG: f"{run.run_id} {dead_process()}"})
        assert close_abandoned_runs(instance, home) == [run.run_id]


def test_a_run_started_again_is_not_judged_by_the_process_of_the_first(home: Home) -> None:
    """The UI's re-execution gives a run the tags of its parent."""
    with open_instance(home) as instance:
        new_run(instance, STARTING, **{PROCESS_TAG: f"the-parent {dead_process()}"})
        assert close_abandoned_runs(instance, home) == []


def test_a_run_that_is_queued_or_over_is_left_alone(home: Home) -> None:
    with open_instance(home) as instance:
        for status in (dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.NOT_STARTED):
            new_run(instance, status)
        assert close_abandoned_runs(instance, home) == []


def test_a_run_that_never_named_its_process_has_time_to_start(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_instance(home) as instance:
        run = new_run(instance, STARTING)
        assert close_abandoned_runs(instance, home) == []
        monkeypatch.setattr(abandoned, "START_PATIENCE_SECONDS", -1.0)
        assert close_abandoned_runs(instance, home) == [run.run_id]


def test_a_run_of_another_machine_lives_as_long_as_the_home_is_locked(home: Home) -> None:
    with open_instance(home) as instance:
        run = new_run(instance)
        instance.add_run_tags(run.run_id, {PROCESS_TAG: f"{run.run_id} elsewhere 1 boot 1"})
        with home.lock("run"):
            assert close_abandoned_runs(instance, home) == []
        assert close_abandoned_runs(instance, home) == [run.run_id]


def test_the_sensor_of_the_daemon_closes_them_and_is_on_from_the_start(home: Home) -> None:
    sensor = abandoned_runs_sensor(home)
    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING
    assert (sensor.minimum_interval_seconds or 0) <= 30
    with open_instance(home) as instance:
        run = new_run(instance)
        instance.add_run_tags(run.run_id, {PROCESS_TAG: f"{run.run_id} {dead_process()}"})
        told = sensor.evaluate_tick(dg.build_sensor_context(instance=instance)).skip_message
        assert run.run_id in (told or "")
        assert instance.get_run_by_id(run.run_id).status is dg.DagsterRunStatus.FAILURE
        told = sensor.evaluate_tick(dg.build_sensor_context(instance=instance)).skip_message
        assert told == "every run under way has its process"


@pytest.mark.parametrize("options", [(), ("--no-browser",)])
def test_the_ui_closes_them_before_it_starts_and_opens_the_browser_once_it_answers(
    home: Home, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    with open_instance(home) as instance:
        run = new_run(instance)
        instance.add_run_tags(run.run_id, {PROCESS_TAG: f"{run.run_id} {dead_process()}"})
    opened: list[str] = []

    def serve(*_: object, answers: Callable[[], None]) -> None:
        assert opened == [], "not before it answers"
        answers()

    monkeypatch.setattr(services, "listen", lambda *_: None)
    monkeypatch.setattr(services, "serve", serve)
    monkeypatch.setattr(ui, "open_in_browser", opened.append)
    done = CliRunner().invoke(app, ["ui", "--home", str(home.path), "--port", "3111", *options], env={"COLUMNS": "80"})
    assert done.exit_code == 0, done.output
    assert f"Run {run.run_id} was killed before it ended" in " ".join(done.stdout.split())
    assert "Dagster UI on http://127.0.0.1:3111" in done.stdout
    assert opened == ([] if options else ["http://127.0.0.1:3111"])
    with open_instance(home) as instance:
        assert instance.get_run_by_id(run.run_id).status is dg.DagsterRunStatus.FAILURE
