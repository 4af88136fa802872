"""What tests of several folders share: things made once however many workers there are, such as one finished home."""

import fcntl
import os
import pickle
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from pipelines.cli.demo import staged
from pipelines.defs.resources import Progress
from pipelines.home import Home
from pipelines.run import RunOutcome, run_pipeline
from pipelines.steps.transform import SHARED
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


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Any]) -> Any:
    """What `make` makes in a folder of that name, pickled: one worker makes it, the others wait for it.

    Workers share nothing else, and under `--dist loadfile` nobody knows which of them gets which file.
    """
    folder = _shared(factory)
    made = folder / f"{name}.pickle"
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            temporary = made.with_suffix(".new")
            temporary.write_bytes(pickle.dumps(make(folder / name)))
            temporary.rename(made)
    return pickle.loads(made.read_bytes())


def _shared(factory: pytest.TempPathFactory) -> Path:
    """The folder that all workers of a test run have."""
    folder = factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session", autouse=True)
def parsed_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The homes of all tests share what dbt parsed: seconds of both cores for each of them otherwise."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SHARED, str(_shared(tmp_path_factory) / "parsed"))
        yield


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The finished demo."""
    demo = made_once(tmp_path_factory, "demo", lambda folder: _make(Home(folder)))
    assert isinstance(demo, Demo)
    return demo


def _make(home: Home) -> Demo:
    clock = datetime.now(UTC)
    events: list[Progress] = []
    with staged(home, SEED, CLIENTS, clock) as stage:
        outcome = run_pipeline(home, progress=events.append)
    assert outcome.published, outcome.error
    return Demo(home, SEED, CLIENTS, clock, stage.truth, outcome, events)
