"""All definitions of one home, put together.

Belongs here: which parts there are. Does not belong here: any of the parts.
"""

from collections.abc import Callable

import dagster as dg

from pipelines.defs.abandoned import abandoned_runs_sensor
from pipelines.defs.ingest import ingest_assets
from pipelines.defs.logs import file_logger
from pipelines.defs.publish import publish_assets
from pipelines.defs.resources import Progress, tools
from pipelines.defs.schedule import daily_job, daily_schedule
from pipelines.defs.transform import dbt_resource, transform_assets
from pipelines.home import Home
from pipelines.settings import Schedule, SettingsError, load_settings
from pipelines.steps.transform import prepare


def build_definitions(
    home: Home, progress: Callable[[Progress], None] | None = None, *, lock_held: bool = False
) -> dg.Definitions:
    """The code location of a home.

    Args:
        home: The home; created where missing.
        progress: Told what happens in runs of these definitions.
        lock_held: The caller holds the home's lock for the run it is about to start.

    Raises:
        DbtError: The dbt project cannot be parsed.
    """
    home.create()
    manifest = prepare(home)
    return dg.Definitions(
        assets=[*ingest_assets(), transform_assets(home, manifest), publish_assets(manifest)],
        jobs=[daily_job()],
        schedules=[daily_schedule(_schedule(home))],
        sensors=[abandoned_runs_sensor(home)],
        resources={"tieout": tools(home, progress, lock_held=lock_held), "dbt": dbt_resource(home)},
        executor=dg.in_process_executor,
        loggers={"file": file_logger},
    )


def _schedule(home: Home) -> Schedule:
    """The home's schedule; the default where settings are wrong.

    Wrong settings stop a run with a message that names each problem; they must not keep the UI from opening, where a
    person would look for that message.
    """
    try:
        return load_settings(home).schedule
    except SettingsError:
        return Schedule()
