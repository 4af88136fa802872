"""The `daily` job and its schedule.

Belongs here: which assets a run makes, and when. Does not belong here: cron and time zone (settings of the home).
"""

from typing import Any

import dagster as dg

from pipelines.settings import Schedule

JOB = "daily"


def daily_job() -> Any:
    """Everything from the sources to the published copy, in one process.

    One process: steps take turns at the warehouse anyway, and a process per step costs seconds each (see
    docs/decisions/0003-one-process-per-run.md).
    """
    return dg.define_asset_job(
        JOB,
        selection=dg.AssetSelection.all(),
        description="Read all sources, check them, compute, and publish when the tie-out holds.",
        executor_def=dg.in_process_executor,
    )


def daily_schedule(settings: Schedule) -> dg.ScheduleDefinition:
    """The schedule of the home: stopped until its settings say otherwise or a person switches it on in the UI."""
    return dg.ScheduleDefinition(
        name=JOB,
        job_name=JOB,
        cron_schedule=settings.cron,
        execution_timezone=settings.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING if settings.enabled else dg.DefaultScheduleStatus.STOPPED,
        description="Runs `daily` for the month in progress.",
    )
