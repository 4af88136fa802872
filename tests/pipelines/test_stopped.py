"""A run that somebody watches, stops with Ctrl-C, or kills while it waits for a slow vendor."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest

from pipelines.defs.abandoned import close_abandoned_runs
from pipelines.defs.instance import open_instance
from pipelines.home import Home
from sandbox.home import write_home
from sandbox.misbehave import Misbehaviour
from sandbox.server import SandboxServer
from sandbox.world.model import World

pytestmark = pytest.mark.integration


@contextmanager
def waiting_run(home: Home) -> Iterator[subprocess.Popen[str]]:
    """`tieout run`, as far as it says what it is waiting for."""
    tieout = Path(sys.executable).with_name("tieout")
    with subprocess.Popen(
        [str(tieout), "run", "--home", str(home.path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # A shell that starts this with & would have it ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if "waiting for an answer of" in line:
                    assert "ninjaone: waiting for an answer of /v2/devices" in line
                    break
            else:
                raise AssertionError(process.communicate())
            yield process
        finally:
            process.kill()


def test_a_run_that_waits_says_for_what_and_ends_on_ctrl_c_or_sigkill_with_nothing_in_the_way_of_the_next(
    world: World, tmp_path: Path
) -> None:
    home = Home(tmp_path / "home").create()
    with SandboxServer(world, [Misbehaviour.parse("ninjaone:slow:devices:seconds=50")]) as server:
        write_home(world, home.path, server.url)
        with waiting_run(home) as process:
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=60)
            assert process.returncode == 130, errors
        told = " ".join(errors.split())
        assert "stopped by Ctrl-C: nothing was published" in told
        assert "no run has been published yet" in told
        assert f"run --home {home.path}" in told
        assert "Traceback" not in errors
        with waiting_run(home) as process, open_instance(home) as instance:
            [alive, stopped] = instance.get_runs()
            assert (alive.status, stopped.status) == (dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELED)
            assert close_abandoned_runs(instance, home) == []
            process.kill()
            process.wait(timeout=60)
            assert close_abandoned_runs(instance, home) == [alive.run_id]
            assert instance.get_run_by_id(alive.run_id).status is dg.DagsterRunStatus.FAILURE
