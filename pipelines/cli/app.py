"""The command line's entry point: which subcommands there are. Each stands in a module of its own."""

import os
import sys
from importlib.metadata import version
from typing import Annotated

import typer

from pipelines.cli.audit import audit
from pipelines.cli.console import Exit, console
from pipelines.cli.demo import demo
from pipelines.cli.doctor import doctor
from pipelines.cli.exports import app as exports_app
from pipelines.cli.group import PlainGroup
from pipelines.cli.init import init
from pipelines.cli.map import app as map_app
from pipelines.cli.match import match
from pipelines.cli.run import run
from pipelines.cli.status import status
from pipelines.cli.ui import ui

HELP = """
Reconcile what an MSP bills against what its vendors show in use, before the invoices leave.

tieout reads the PSA and the vendors, says whether each source is fresh and whole, maps clients and products, compares
quantities, and ranks the discrepancies with the evidence behind every number. People decide; it never changes an
invoice.

Start with [bold]tieout demo[/], which needs no account and no network, or with two exports of your own:
[bold]tieout init home --psa billing.csv --vendor licences.xlsx[/].
"""

EPILOG = (
    "Exit codes: 0 all well, 1 failed and nothing was published, 2 wrong usage, 3 published with a source missing, "
    "130 stopped with Ctrl-C."
)

app = typer.Typer(
    cls=PlainGroup,
    help=HELP,
    epilog=EPILOG,
    no_args_is_help=True,
    rich_markup_mode="rich",
    # A traceback with local variables could show a credential.
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(asked: bool) -> None:
    if asked:
        console.print(f"tieout {version('tieout')}")
        raise typer.Exit


@app.callback()
def _root(
    _version: Annotated[
        bool, typer.Option("--version", help="Show the version and leave.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Options before the subcommand."""


for command in (init, demo, run, audit, match, ui, status, doctor):
    app.command()(command)

app.add_typer(exports_app, name="exports", context_settings=app.info.context_settings)
app.add_typer(map_app, name="map", context_settings=app.info.context_settings)


def main() -> None:
    """Run the command line (the `tieout` script)."""
    try:
        app()
    except SystemExit as end:
        if end.code == Exit.INTERRUPTED:
            # A thread that waits for a vendor would keep the process, and the person, waiting.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(Exit.INTERRUPTED)
        raise


if __name__ == "__main__":
    main()
