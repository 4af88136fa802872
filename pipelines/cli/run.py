"""`tieout run`: the whole pipeline over every configured source, through Dagster."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from pipelines.cli.console import Exit, console, errors, fail, program
from pipelines.cli.options import (
    DEFAULT_HOME,
    AcceptDropOption,
    AsOfOption,
    HomeOption,
    PeriodOption,
    open_home,
    parse_accept_drops,
    parse_past,
    parse_period,
)
from pipelines.home import Home
from pipelines.publish.kept import published_words

if TYPE_CHECKING:
    from pipelines.run import RunOutcome, SourceStatus


def run(
    home: HomeOption = DEFAULT_HOME,
    period: PeriodOption = None,
    as_of: AsOfOption = None,
    accept_drop: AcceptDropOption = None,
) -> None:
    """Read every source that is switched on, compare, check, and publish the result.

    The run shows in the Dagster UI (tieout ui). A source that fails makes its own lines not assessed; the others are
    assessed, and the exit code is 3. When a tie-out rule fails, or the PSA or every vendor could not be read while
    there is a published copy, nothing is published and the exit code is 1. Exit code 0 means published with every
    source healthy, 2 wrong usage, 130 stopped with Ctrl-C.
    """
    opened = open_home(home)
    outcome = run_and_report(opened, parse_period(period), parse_past(as_of), parse_accept_drops(accept_drop))
    print_closing(console, opened, outcome)
    if exit_code(outcome) is not Exit.OK:
        raise typer.Exit(int(exit_code(outcome)))


def run_and_report(
    home: Home, period: date | None, as_of: datetime | None, accept_drops: Sequence[str] = ()
) -> "RunOutcome":
    """Run the pipeline on `home` and print what came of it.

    Raises:
        typer.Exit: Nothing was published; the reason stands on standard error.
    """
    from pipelines.cli.progress import follow
    from pipelines.cli.render import print_rule_warnings, print_summary
    from pipelines.defs.resources import Progress
    from pipelines.home import HomeBusyError
    from pipelines.reports.summary import read_summary
    from pipelines.run import run_pipeline

    loaded: dict[str, int] = {}
    try:
        with follow(console) as show:

            def progress(event: Progress) -> None:
                if event.step == "load" and event.kind == "finished" and event.source and event.rows:
                    loaded[event.source] = event.rows
                show(event)

            outcome = run_pipeline(home, period, as_of, progress=progress, accept_drops=accept_drops)
    except HomeBusyError as error:
        fail(str(error))
    if outcome.interrupted:
        fail_interrupted(home, loaded)
    if not outcome.published:
        kept = (
            f"the last published copy stands: {home.published}" if home.published.exists() else "nothing was published"
        )
        fail(outcome.error or "the run failed", f"log: {outcome.log}", kept)
    print_summary(console, read_summary(home.published))
    print_rule_warnings(console, outcome.rule_warnings)
    for row in unassessed(outcome):
        errors.print(
            f"[bold yellow]{escape(row.source_system)} is {escape(row.status)}:[/] {escape(row.message or '')}",
            soft_wrap=True,
        )
    return outcome


def fail_interrupted(home: Home, loaded: Mapping[str, int]) -> NoReturn:
    """Say what a run that was stopped with Ctrl-C leaves, and leave with 130.

    Args:
        home: The home.
        loaded: The sources whose rows it had loaded, with their rows.
    """
    kept = ", ".join(f"{source} {rows:,} rows" for source, rows in loaded.items())
    fail(
        "stopped by Ctrl-C: nothing was published",
        published_words(home) if home.published.exists() else "no run has been published yet",
        f"loaded and kept: {kept}; the next run reads again and stores nothing twice"
        if kept
        else "no source had been loaded yet",
        f"nothing needs repair; run it again: {program()} run --home {home.path}",
        code=Exit.INTERRUPTED,
    )


def unassessed(outcome: "RunOutcome") -> "list[SourceStatus]":
    """The sources of a run that are switched on and were not wholly assessed."""
    return [row for row in outcome.sources if row.status not in ("healthy", "off")]


def exit_code(outcome: "RunOutcome") -> Exit:
    """The exit code that says what a published run is worth; a refusal that somebody knows of is no news."""
    return Exit.INCOMPLETE if any(not row.is_acknowledged for row in unassessed(outcome)) else Exit.OK


def print_closing(console: Console, home: Home, outcome: "RunOutcome") -> None:
    """Say where the result lies and how to look at it: the last lines of a run."""
    # Never wrapped: people copy these lines.
    console.print(f"\nPublished in {outcome.seconds:.0f} s. What to look at now:", soft_wrap=True)
    console.print(f"  result (open it read-only at any time)  [bold]{escape(str(home.published))}[/]", soft_wrap=True)
    console.print(
        f"  lineage, checks and runs in Dagster     [bold]{escape(program())} ui --home {escape(str(home.path))}[/]",
        soft_wrap=True,
    )
