"""What tests of several folders share: one finished home of the sandbox, made once however many workers there are."""

import fcntl
import os
import pickle
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import pytest

from pipelines.cli.demo import staged
from pipelines.defs.resources import Progress
from pipelines.home import Home
from pipelines.run import RunOutcome, run_pipeline
from sandbox.world import generate
from sandbox.world.model import World

SEED = 7
CLIENTS = 20


@dataclass
class Demo:
    """A home as `tieout demo` leaves it. Read it only; a test that changes anything takes a `copy`.

    `events` is what was told while it ran. The sandbox has been shut down; `world` is what it served, truth included.
    """

    home: Home
    seed: int
    clients: int
    clock: datetime
    truth_file: Path
    outcome: RunOutcome
    events: list[Progress]

    @cached_property
    def world(self) -> World:
        return generate(self.seed, clients=self.clients, clock=self.clock)

    def copy(self, folder: Path) -> Home:
        """A copy to do with as one likes; Dagster's storage and dbt's files are made anew there when needed."""
        target = folder / "home"
        shutil.copytree(self.home.path, target, ignore=shutil.ignore_patterns("dagster", "dbt"))
        return Home(target)


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The finished demo. The worker that needs it first makes it; the others wait for the lock and take it as it is."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    made = folder / "demo.pickle"
    with (folder / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            temporary = made.with_suffix(".new")
            temporary.write_bytes(pickle.dumps(_make(Home(folder / "demo"))))
            temporary.rename(made)
    demo = pickle.loads(made.read_bytes())
    assert isinstance(demo, Demo)
    return demo


def _make(home: Home) -> Demo:
    clock = datetime.now(UTC)
    events: list[Progress] = []
    with staged(home, SEED, CLIENTS, clock) as stage:
        outcome = run_pipeline(home, progress=events.append)
    assert outcome.published, outcome.error
    return Demo(home, SEED, CLIENTS, clock, stage.truth, outcome, events)
