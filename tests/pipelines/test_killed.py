"""A run killed at any moment leaves the published copy as it was and needs no repair."""

import subprocess
import sys
from pathlib import Path
from signal import SIGKILL

import dagster as dg
import duckdb
import pytest

from pipelines.defs.instance import open_instance
from pipelines.home import Home
from sandbox.home import write_home
from sandbox.server import SandboxServer
from sandbox.world.model import World
from tests.conftest import Demo
from tests.pipelines import killing
from tests.pipelines.conftest import run

pytestmark = pytest.mark.integration


def lines_of(home: Home) -> list[tuple]:
    with duckdb.connect(home.published, read_only=True) as connection:
        return connection.execute(
            "SELECT line_key, class, variance, revenue_impact FROM analytics.reconciliation ORDER BY ALL"
        ).fetchall()


def test_a_run_killed_anywhere_leaves_the_copy_and_needs_no_repair(
    demo_home: Demo, world: World, server: SandboxServer, tmp_path: Path
) -> None:
    """Each kill is a trap for the run after it: what it left must not stop that one before it is killed itself."""
    home = demo_home.copy(tmp_path)
    write_home(world, home.path, server.url)
    before, lines = home.published.read_bytes(), lines_of(home)
    told = tmp_path / "stderr"
    with (
        told.open("w") as errors,
        subprocess.Popen(
            [sys.executable, "-m", "tests.pipelines.killing", str(home.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as killer,
    ):
        assert killer.stdin is not None
        assert killer.stdout is not None
        try:
            for moment in killing.MOMENTS:
                print(moment, file=killer.stdin, flush=True)
                assert killer.stdout.readline() == f"{-SIGKILL}\n", (moment, told.read_text())
                if moment == killing.recording.__name__:
                    assert lines_of(home) == lines, "the new copy is in place, whole"
                else:
                    assert home.published.read_bytes() == before, moment
        finally:
            killer.stdin.close()
    assert told.read_text() == "", "a run leaves the terminal to its caller"
    ran = run(home)
    assert ran.outcome.error is None
    assert ran.outcome.result_hash == demo_home.outcome.result_hash
    assert {path.name for path in home.published_folder.iterdir()} == {"run.json", "tieout.duckdb"}
    assert list(home.work.iterdir()) == []
    with open_instance(home) as instance:
        statuses = [stored.status for stored in instance.get_runs()]
    assert statuses.count(dg.DagsterRunStatus.FAILURE) == len(killing.RUNS)
    assert statuses.count(dg.DagsterRunStatus.SUCCESS) == 1
