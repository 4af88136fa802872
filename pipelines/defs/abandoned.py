"""Runs whose process died without a word: finding and closing them, so that the next one is not kept waiting.

Belongs here: which runs are abandoned, closing them, and the sensor that does so while the daemon runs. Does not belong
here: what a killed run leaves in the home (`pipelines.steps.begin` tidies up).

Dagster allows one run at a time. One that was killed with SIGKILL stays "started" in its storage, whoever started it,
and every later run would wait for it.
"""

import time
from collections.abc import Iterator

import dagster as dg
from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunsFilter

from pipelines.defs.processes import age_seconds, is_alive, this_process
from pipelines.home import Home

# Which process executes which run. A run started again from the UI inherits the tags of the first, so both are named.
PROCESS_TAG = "tieout/process"
# A run that was handed over and has not named its process yet: importing Dagster on a busy machine takes a while.
START_PATIENCE_SECONDS = 300.0
SENSOR_SECONDS = 30
_UNDER_WAY = [DagsterRunStatus.STARTING, DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]
_WORDS = "The process of this run ended before the run did (killed, or out of memory)."


def process_tag(run_id: str) -> dict[str, str]:
    """The tag of a run that this process executes."""
    return {PROCESS_TAG: f"{run_id} {this_process()}"}


def close_abandoned_runs(instance: DagsterInstance, home: Home) -> list[str]:
    """Close the runs whose process is gone, and free the pool slots of runs that are over.

    A run whose process lives is never touched, however long it takes.

    Args:
        instance: The home's instance.
        home: The home.

    Returns:
        The ids of the runs that were closed.
    """
    closed = []
    for run in instance.get_runs(RunsFilter(statuses=[*_UNDER_WAY, DagsterRunStatus.NOT_STARTED])):
        if not _is_abandoned(instance, home, run):
            continue
        if run.status is DagsterRunStatus.CANCELING:
            instance.report_run_canceled(run, _WORDS)
        else:
            instance.report_run_failed(run, _WORDS)
        closed.append(run.run_id)
    storage = instance.event_log_storage
    if storage.supports_global_concurrency_limits:
        for holder in storage.get_concurrency_run_ids():
            run_of_slot = instance.get_run_by_id(holder)
            if run_of_slot is None or run_of_slot.is_finished:
                storage.free_concurrency_slots_for_run(holder)
    return closed


def abandoned_runs_sensor(home: Home) -> dg.SensorDefinition:
    """The sensor that closes abandoned runs; it starts with the daemon and opens no database of ours."""

    @dg.sensor(
        name="close_abandoned_runs",
        minimum_interval_seconds=SENSOR_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Closes runs whose process was killed, so that the next run need not wait for them.",
    )
    def close(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        closed = close_abandoned_runs(context.instance, home)
        return dg.SkipReason(f"closed {', '.join(closed)}" if closed else "every run under way has its process")

    return close


def _is_abandoned(instance: DagsterInstance, home: Home, run: DagsterRun) -> bool:
    run_id, _, named = run.tags.get(PROCESS_TAG, "").partition(" ")
    if run_id == run.run_id:
        alive = is_alive(named)
        # Of another machine or container we see no process; but a run that lives holds the lock of the home.
        return not (home.is_locked() if alive is None else alive)
    if run.status is DagsterRunStatus.NOT_STARTED:
        return False  # nobody has begun it
    if told := _process_told(instance, run.run_id):
        number, told_at = told
        age = age_seconds(number)
        # One that is much younger than its own words is another process, which was given the same number.
        return age is None or time.time() - told_at > age + START_PATIENCE_SECONDS
    record = instance.get_run_record_by_id(run.run_id)
    return record is not None and time.time() - record.update_timestamp.timestamp() > START_PATIENCE_SECONDS


def _process_told(instance: DagsterInstance, run_id: str) -> tuple[int, float] | None:
    """The process that a run's log names last, and when it did."""
    return next(_processes_told(instance, run_id), None)


def _processes_told(instance: DagsterInstance, run_id: str) -> Iterator[tuple[int, float]]:
    found = instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.ENGINE_EVENT, ascending=False)
    for record in found.records:
        event = record.event_log_entry.dagster_event
        number = event.engine_event_data.metadata.get("pid") if event is not None else None
        if number is not None and str(number.value).isdigit():
            yield int(str(number.value)), record.timestamp
