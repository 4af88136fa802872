"""Dagster's own storage of a home: its configuration file, and opening it.

Belongs here: `dagster.yaml` and the instance. Does not belong here: definitions, runs that were killed
(`pipelines.defs.abandoned`).
"""

import glob
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from dagster import DagsterInstance
from dagster._core.instance.ref import InstanceRef

from pipelines.home import Home

# Written when missing or still as an earlier version wrote it; a file that a person changed is theirs.
MARK = "# Written by tieout. Remove this line to keep changes of your own (PostgreSQL storage, for instance).\n"

CONFIGURATION: dict[str, object] = {
    "telemetry": {"enabled": False},
    # Otherwise a dialog that asks for an e-mail address covers the UI on its first opening.
    "nux": {"enabled": False},
    # One process may write the warehouse: steps that open it share the pool `warehouse`, and it has one slot.
    # One run at a time is the home's lock's business; queueing spares a scheduled run from meeting a manual one.
    "concurrency": {"pools": {"default_limit": 1, "granularity": "op"}, "runs": {"max_concurrent_runs": 1}},
    # A run that was cancelled or killed keeps its slot until this frees it; with one slot nothing would run again.
    "run_monitoring": {"enabled": True, "free_slots_after_run_end_seconds": 30, "start_timeout_seconds": 300},
    # Capturing the output of each step starts two processes per run and shows nothing: steps log, and dbt's own
    # output goes to the run's log file.
    "compute_logs": {
        "module": "dagster._core.storage.noop_compute_log_manager",
        "class": "NoOpComputeLogManager",
    },
}


def prepare_instance(home: Home) -> None:
    """Write `dagster.yaml` into the home (SQLite storage, telemetry off, one slot in the warehouse pool)."""
    home.dagster.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = home.dagster / "dagster.yaml"
    event_log = {
        "module": "pipelines.defs.event_log",
        "class": "KeptEventLog",
        "config": {"base_dir": str(home.dagster / "history" / "runs")},
    }
    text = (
        MARK + json.dumps(CONFIGURATION | {"event_log_storage": event_log}, indent=2, ensure_ascii=False) + "\n"
    )  # JSON is YAML
    if path.exists():
        before = path.read_text(encoding="utf-8")
        if before == text or not before.startswith(MARK):
            return
    temporary = path.with_suffix(f".{os.getpid()}")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)


@contextmanager
def open_instance(home: Home) -> Iterator[DagsterInstance]:
    """The home's Dagster instance, whatever DAGSTER_HOME says."""
    prepare_instance(home)
    with DagsterInstance.from_ref(_reference(home)) as instance:
        yield instance


def _reference(home: Home) -> InstanceRef:
    """The instance that `dagster.yaml` describes; telemetry is off, also in a file that a person took over."""
    folder = str(home.dagster)
    with tempfile.TemporaryDirectory() as elsewhere:
        # Dagster looks for its file by a pattern. In a folder called "[b]" it would find none, or that of "b", and go
        # on with its defaults: telemetry on.
        has_pattern = glob.has_magic(folder)
        if has_pattern:
            shutil.copy(home.dagster / "dagster.yaml", elsewhere)
        return InstanceRef.from_dir(
            folder,
            config_dir=elsewhere if has_pattern else folder,
            overrides={"telemetry": {"enabled": False}},
        )
