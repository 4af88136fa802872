"""The finished demo as a first run, its vendors served again, and a second run on a copy of its home.

A full run takes long enough to be shared. Tests that change a home copy it first (`copy_of`).
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.defs.resources import Progress
from pipelines.home import Home
from pipelines.run import RunOutcome, run_pipeline
from sandbox.home import write_home
from sandbox.server import SandboxServer
from sandbox.world.model import World
from tests.conftest import Demo

# Opens the copy anew each time, as analysts' tools do; its exit code says whether that ever failed.
READER = """
import sys, time, duckdb
path, stop = sys.argv[1:]
from pathlib import Path
count = 0
while not Path(stop).exists():
    with duckdb.connect(path, read_only=True) as connection:
        found = connection.execute(
            "SELECT count(*), (SELECT count(*) FROM analytics.tie_out) FROM analytics.reconciliation"
        ).fetchone()
        assert found[0] > 0 and found[1] > 0, found
    count += 1
    time.sleep(0.1)
print(count)
"""


@dataclass
class Ran:
    """A run and what was told about it."""

    home: Home
    outcome: RunOutcome
    events: list[Progress] = field(default_factory=list)
    reads: list[int] = field(default_factory=list)


def run(home: Home, **about) -> Ran:
    events: list[Progress] = []
    outcome = run_pipeline(home, progress=events.append, **about)
    return Ran(home, outcome, events)


@pytest.fixture(scope="session")
def world(demo_home: Demo) -> World:
    """What the demo served, its rows unchanged, its vendors' clocks at this moment: they go on as ours does."""
    return replace(demo_home.world, clock=datetime.now(UTC))


@pytest.fixture(scope="session")
def server(world: World) -> Iterator[SandboxServer]:
    with SandboxServer(world) as started:
        yield started


@pytest.fixture(scope="session")
def first_run(demo_home: Demo) -> Ran:
    """A first run on a fresh home."""
    return Ran(demo_home.home, demo_home.outcome, demo_home.events)


@pytest.fixture(scope="session")
def second_run(demo_home: Demo, world: World, server: SandboxServer, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A second run on unchanged sources, while two other processes keep reading the published copy.

    Its home lies in a folder with every kind of letter that a path may have.
    """
    home = demo_home.copy(tmp_path_factory.mktemp('it\'s 100% [b] "q" {{ x }} ünï 日本 😀 & $HOME ;#*\\z'))
    write_home(world, home.path, server.url)
    stop = tmp_path_factory.mktemp("readers") / "stop"
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READER, str(home.published), str(stop)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    try:
        done = run(home)
        time.sleep(0.2)
    finally:
        stop.touch()
    for reader in readers:
        output, errors = reader.communicate(timeout=60)
        assert reader.returncode == 0, errors
        done.reads.append(int(output))
    return done


def copy_of(home: Home, folder: Path) -> Home:
    """A copy of a home at another place; dbt's profile and manifest are made anew there when needed."""
    target = folder / "home"
    shutil.copytree(home.path, target, ignore=shutil.ignore_patterns("dagster"))
    return Home(target)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home."""
    return Home(tmp_path / "home").create()
