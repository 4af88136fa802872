"""Reading sources into load packages on disk: network, slow, parallel, and no database touched.

A bad source never raises here: its reads say what went wrong. Every call works in a fresh folder, so that nothing a
killed run left behind can disturb the next one. Does not belong here: loading (`connectors/load.py`).
"""

import contextlib
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.errors import shorten
from connectors.reads import Extracted, Package, Plan, Progress, Read
from connectors.registry import SYSTEMS
from connectors.source_reads import failed_read

# A source that is over its time may still finish a request; nobody waits longer than this for it to notice.
GRACE_SECONDS = 2.0
# A request that takes longer is told of, again and again, so that nobody watches a silent terminal.
TELL_EVERY_SECONDS = 10.0
# Called with system, what it is waiting for, and for how many seconds it has been.
Waiting = Callable[[str, str, float], None]
_AWKWARD = frozenset("'\"%*?[]{}\\")


@dataclass(frozen=True, slots=True)
class Job:
    """One source to read: its settings and what the warehouse holds of it."""

    system: str
    config: Any
    plan: Plan


def extract(
    system: str, config: Any, plan: Plan, workdir: Path, progress: Progress | None = None, budget: Any = None
) -> Extracted:
    """Read one source and write the new rows into a load package.

    Args:
        system: a name of `connectors.registry.SYSTEMS`.
        config: that system's settings.
        plan: what the warehouse already holds.
        workdir: where packages are written; a fresh folder is made in it.
        progress: told about rows as they arrive.
        budget: a `connectors.http.Budget`; by default the configured time.

    Returns:
        The reads, failed ones included, and the package if there is anything to append.
    """
    from connectors.http import Budget

    try:
        declared = SYSTEMS[system]
        budget = budget or Budget(getattr(config, "time_budget_seconds", 1800.0))
        reads = declared.reads(config, plan, budget, progress)
        package = _write(reads, workdir)
        return Extracted(system, reads.reads(), package)
    except Exception as error:  # a source must not take the others down, whatever its fault
        message = f"{system}: could not be read: {type(error).__name__}: {shorten(error, 300)}"
        return Extracted(system, all_failed(system, message), None, message)


def extract_all(
    jobs: list[Job], workdir: Path, progress: Progress | None = None, waiting: Waiting | None = None
) -> dict[str, Extracted]:
    """Read several sources at the same time, each for its own time at most.

    Threads suffice (measured: dlt keeps its contexts per thread, and each source has a pipeline of its own). A source
    that is over its time is left behind with failed reads: its thread stops at its next request, and what it still
    writes lands in a folder that nobody loads.

    Args:
        jobs: the sources.
        workdir: where packages are written.
        progress: told about rows as they arrive, from any thread.
        waiting: told, from this thread, what a source has been waiting for when it has done so for a while.

    Returns:
        One outcome per system, in the order of `jobs`.
    """
    from connectors.dlt_source import configure
    from connectors.http import Budget

    configure()
    done: dict[str, Extracted] = {}
    running: list[tuple[Job, threading.Thread, Any]] = []
    for job in jobs:
        budget = Budget(getattr(job.config, "time_budget_seconds", 1800.0))
        thread = threading.Thread(
            target=_run, args=(done, job, workdir, progress, budget), name=f"extract-{job.system}", daemon=True
        )
        thread.start()
        running.append((job, thread, budget))
    outcomes: dict[str, Extracted] = {}
    try:
        for job, thread, budget in running:
            _join(thread, budget.remaining() + GRACE_SECONDS, lambda: _tell_of_waits(running, waiting))
            found = done.get(job.system)
            if found is None:
                budget.stop()
                where = f"{job.system} {budget.asked}".strip()
                message = f"{where}: time budget of {budget.seconds:g} s used up while waiting for an answer"
                found = Extracted(job.system, all_failed(job.system, message), None, message)
            outcomes[job.system] = found
    finally:
        if len(outcomes) < len(running):  # interrupted: nobody waits for the others any longer
            for _, _, budget in running:
                budget.stop()
    return outcomes


def all_failed(system: str, message: str) -> tuple[Read, ...]:
    """Failed reads of every table of `system`."""
    return tuple(failed_read(system, table, message) for table in SYSTEMS[system].tables)


def _join(thread: threading.Thread, seconds: float, tell: Callable[[], None]) -> None:
    """Wait for a thread, telling from time to time that we do."""
    until = time.monotonic() + seconds
    while thread.is_alive() and (left := until - time.monotonic()) > 0:
        thread.join(min(left, TELL_EVERY_SECONDS))
        if thread.is_alive():
            tell()


def _tell_of_waits(running: list[tuple[Job, threading.Thread, Any]], waiting: Waiting | None) -> None:
    for job, thread, budget in running:
        wait = budget.longest_wait() if thread.is_alive() else None
        if wait is not None and waiting is not None and wait.seconds >= TELL_EVERY_SECONDS / 2:
            waiting(job.system, wait.words(), wait.seconds)


def _run(done: dict[str, Extracted], job: Job, workdir: Path, progress: Progress | None, budget: Any) -> None:
    done[job.system] = extract(job.system, job.config, job.plan, workdir, progress, budget)


def _write(reads: Any, workdir: Path) -> Package | None:
    """Extract and normalize with dlt in a fresh folder; None when there is nothing to append."""
    from connectors.dlt_source import dlt_source, pipeline

    # All reading happens first: an unforeseen error then loses its source before anything is written.
    if not any(read.rows_appended for read in reads.reads()):
        return None
    workdir.mkdir(parents=True, exist_ok=True)
    # dlt writes the path into SQL, into patterns for files and into names to be filled in: there it must be plain.
    is_plain = not _AWKWARD.intersection(str(workdir))
    prefix = reads.system if is_plain else f"tieout_{reads.system}"
    folder = Path(tempfile.mkdtemp(prefix=f"{prefix}_", dir=workdir if is_plain else None))
    with contextlib.ExitStack() as undo:
        line = pipeline(reads.system, folder)
        undo.callback(line.deactivate)
        line.extract(dlt_source(reads), workers=1, loader_file_format="parquet")
        line.normalize(workers=1)
        packages = line.list_normalized_load_packages()
    assert len(packages) == 1, "one source gives one package"
    return Package(folder, packages[0], is_elsewhere=not is_plain)
