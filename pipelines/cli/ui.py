"""`tieout ui`: the Dagster web server on a home."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.console import console
from pipelines.cli.options import DEFAULT_HOME, HomeOption, open_home


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
    """
    opened = open_home(home)
    opened.create()
    from pipelines.defs.instance import prepare_instance

    prepare_instance(opened)
    environment = {
        **os.environ,
        "TIEOUT_HOME": str(opened.path),
        "DAGSTER_HOME": str(opened.dagster),
        "DO_NOT_TRACK": "1",
    }
    console.print(f"Dagster UI on http://{host}:{port} (home {opened.path}). Ctrl-C ends it.")
    dagster = Path(sys.executable).with_name("dagster")
    workspace = Path(__file__).parents[2] / "workspace.yaml"
    arguments = [str(dagster), "dev", "--workspace", str(workspace), "--host", host, "--port", str(port)]
    # The server takes this process's place: signals and exit code are its own.
    os.execve(arguments[0], arguments, environment)  # noqa: S606  # a fixed program, no shell
