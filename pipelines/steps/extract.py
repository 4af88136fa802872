"""The second step: ask all sources at once. Touches no database; what comes back lies on disk as load packages.

Belongs here: handing settings and plans to the connectors. Does not belong here: how a source is read.
"""

import threading
from collections.abc import Callable

from connectors.extract import Job, extract_all
from connectors.reads import Extracted
from expectations.runner import warm_up
from pipelines.home import Home
from pipelines.settings import load_settings
from pipelines.steps.begin import plans_of, save
from pipelines.steps.current import current_run


def extract_sources(
    home: Home,
    progress: Callable[[str, str, int], None] | None = None,
    waiting: Callable[[str, str, float], None] | None = None,
) -> dict[str, Extracted]:
    """Read every source that is switched on, in parallel.

    A dead source does not raise: it comes back with failed reads that say why.

    Args:
        home: A home whose run has begun.
        progress: Told (system, table, rows so far) from any thread.
        waiting: Told (system, what for, seconds) of a source that keeps the run waiting.

    Returns:
        The outcome by source system; also kept on disk for the load steps.
    """
    current = current_run(home)
    plans = plans_of(home, current.run.run_id)
    configs = load_settings(home).enabled_sources  # secrets are resolved here, not at the run's start
    jobs = [Job(system, configs[system], plans[system]) for system in current.systems if system in configs]
    # Great Expectations takes seconds to import; sources take longer to answer.
    threading.Thread(target=warm_up, name="import-great-expectations", daemon=True).start()
    outcomes = extract_all(jobs, home.run_folder(current.run.run_id), progress, waiting)
    for system, outcome in outcomes.items():
        save(home, current.run.run_id, f"extracted-{system}", outcome)
    return outcomes
