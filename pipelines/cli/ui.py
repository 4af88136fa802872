"""`tieout ui`: the Dagster web server on a home."""

import os
from collections.abc import Mapping
from typing import Annotated

import typer

from pipelines.cli.browser import open_in_browser
from pipelines.cli.console import Exit, console, fail
from pipelines.cli.options import DEFAULT_HOME, HomeOption, open_home
from pipelines.home import Home
from pipelines.telemetry import SWITCHES


def ui(
    home: HomeOption = DEFAULT_HOME,
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 3000,
    host: Annotated[
        str,
        typer.Option(help="Address to listen on. The UI has no log-in: anything but this machine is your own risk."),
    ] = "127.0.0.1",
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-host",
            metavar="NAME",
            help="A further name by which people reach it, behind a proxy for instance; requests that name another "
            "host are refused. Repeat it for several.",
        ),
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open it in the browser, where this session has one.")
    ] = True,
) -> None:
    """Open the Dagster UI: lineage, source checks, run history, the daily schedule.

    It runs in the foreground together with the daemon that starts scheduled runs; Ctrl-C ends both. Requests that a
    web page of another site makes are refused.
    Exit codes: 0 when it was ended, 1 when it cannot start or a part of it died, 2 when there is no such home.
    """
    opened = open_home(home)
    opened.create()
    os.environ.update(_environment(opened, os.environ))
    from pipelines.web.guard import as_written_in_urls, is_this_machine
    from pipelines.web.services import UiError, listen, serve

    url = f"http://{as_written_in_urls(host)}:{port}"

    def tell() -> None:
        console.print(f"Dagster UI on {url} (home {opened.path}). Ctrl-C ends it.", soft_wrap=True, markup=False)
        if browser and is_this_machine(host):
            open_in_browser(url)

    try:
        listening = listen(host, port)
        if not is_this_machine(host):
            console.print(f"Whoever reaches {host} port {port} can start and delete runs: there is no log-in.")
        console.print("Starting the Dagster UI ...")
        _close_abandoned_runs(opened)
        serve(opened, listening, host, allow_host or [], answers=tell)
    except UiError as error:
        fail(str(error), code=Exit.FAILED)


def _close_abandoned_runs(home: Home) -> None:
    """Close what killed runs left open, so that the next one does not wait for them."""
    from pipelines.defs.abandoned import close_abandoned_runs
    from pipelines.defs.instance import open_instance

    with open_instance(home) as instance:
        for run_id in close_abandoned_runs(instance, home):
            console.print(f"Run {run_id} was killed before it ended, and is closed now.", soft_wrap=True)


def _environment(home: Home, given: Mapping[str, str]) -> dict[str, str]:
    """The environment of Dagster's processes: the home, no telemetry, and code that loads as `dagster dev` has it."""
    return {
        **given,
        "TIEOUT_HOME": str(home.path),
        "DAGSTER_HOME": str(home.dagster),
        "DAGSTER_IS_DEV_CLI": "1",
        **SWITCHES,
    }
