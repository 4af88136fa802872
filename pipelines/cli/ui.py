"""`tieout ui`: the Dagster web server on a home."""

import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.console import console
from pipelines.cli.options import DEFAULT_HOME, HomeOption, open_home
from pipelines.home import Home

# `dagster dev` warns on every start that dg is its successor. dg wants a project of its own making around it, and its
# warning says nothing to a person who typed `tieout ui`. Only this one message is taken out; what Python reads from
# PYTHONWARNINGS reaches the processes that dagster starts, too.
SUPERSEDED = "ignore:Function `dev_command` is superseded:FutureWarning"


def ui(
    home: HomeOption = DEFAULT_HOME,
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 3000,
    host: Annotated[
        str,
        typer.Option(help="Address to listen on. The UI has no log-in: anything but this machine is your own risk."),
    ] = "127.0.0.1",
) -> None:
    """Open the Dagster UI: lineage, source checks, run history, the daily schedule.

    It runs in the foreground together with the daemon that starts scheduled runs; Ctrl-C ends both.
    Exit codes: 0 when it was ended, 2 when there is no such home.
    """
    opened = open_home(home)
    opened.create()
    from pipelines.defs.instance import prepare_instance

    prepare_instance(opened)
    console.print(f"Dagster UI on http://{host}:{port} (home {opened.path}). Ctrl-C ends it.", soft_wrap=True)
    dagster = Path(sys.executable).with_name("dagster")
    workspace = Path(__file__).parents[1] / "workspace.yaml"
    arguments = [str(dagster), "dev", "--workspace", str(workspace), "--host", host, "--port", str(port)]
    # A shell that starts a command with & has it ignore Ctrl-C, and dagster treats a request to end (SIGTERM) as it
    # treats Ctrl-C: it could then only be killed, which leaves its children behind.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # The server takes this process's place: signals and exit code are its own.
    os.execve(arguments[0], arguments, _environment(opened, os.environ))  # noqa: S606  # a fixed program, no shell


def _environment(home: Home, given: Mapping[str, str]) -> dict[str, str]:
    """The environment of Dagster's processes: the home, no telemetry, and warnings as the user wants them but one."""
    return {
        **given,
        "TIEOUT_HOME": str(home.path),
        "DAGSTER_HOME": str(home.dagster),
        "DO_NOT_TRACK": "1",
        "PYTHONWARNINGS": ",".join(filter(None, (given.get("PYTHONWARNINGS"), SUPERSEDED))),
    }
