"""Where a run comes from, in Dagster's words: the code location that the UI loads.

Belongs here: what makes a run of the command line appear under its job, in the timeline and with its location, as one
that the UI started does. Does not belong here: starting a run.
"""

from pathlib import Path

from dagster._core.definitions.repository_definition import SINGLETON_REPOSITORY_NAME
from dagster._core.remote_origin import RemoteJobOrigin, RemoteRepositoryOrigin
from dagster._core.workspace.load import location_origins_from_yaml_paths

WORKSPACE = Path(__file__).parents[1] / "workspace.yaml"


def job_origin(job: str) -> RemoteJobOrigin:
    """The origin of a job of our one location, read from the file that the UI reads."""
    [location] = location_origins_from_yaml_paths([str(WORKSPACE)])
    return RemoteJobOrigin(RemoteRepositoryOrigin(location, SINGLETON_REPOSITORY_NAME), job)
