"""One sandbox, one home and two full runs for every test below: a full run takes long enough to be shared.

Tests that change the home copy it first (`copy_of`).
"""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.defs.resources import Progress
from pipelines.home import Home
from pipelines.run import RunOutcome, run_pipeline
from sandbox.home import write_home
from sandbox.server import SandboxServer
from sandbox.world import generate
from sandbox.world.model import World

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
def world() -> World:
    return generate(seed=11, clients=12, clock=datetime.now(UTC))


@pytest.fixture(scope="session")
def server(world: World) -> Iterator[SandboxServer]:
    with SandboxServer(world) as started:
        yield started


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory, world: World, server: SandboxServer) -> Ran:
    """A first run on a fresh home."""
    home = Home(tmp_path_factory.mktemp("shared") / "home")
    write_home(world, home.path, server.url)
    return run(home)


@pytest.fixture(scope="session")
def home_before_second_run(first_run: Ran, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The home as the first run left it."""
    return copy_of(first_run.home, tmp_path_factory.mktemp("before"))


@pytest.fixture(scope="session")
def second_run(first_run: Ran, home_before_second_run: Home, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A second run on unchanged sources, while two other processes keep reading the published copy."""
    stop = tmp_path_factory.mktemp("readers") / "stop"
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READER, str(first_run.home.published), str(stop)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    try:
        done = run(first_run.home)
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
