"""`tieout run`: the whole pipeline over every configured source, through Dagster."""

from datetime import date, datetime

import typer

from pipelines.cli.console import Exit, console, errors, fail
from pipelines.cli.options import (
    DEFAULT_HOME,
    AsOfOption,
    HomeOption,
    PeriodOption,
    open_home,
    parse_as_of,
    parse_period,
)
from pipelines.home import Home


def run(home: HomeOption = DEFAULT_HOME, period: PeriodOption = None, as_of: AsOfOption = None) -> None:
    """Read every source that is switched on, compare, check, and publish the result.

    The run shows in the Dagster UI (tieout ui). A source that fails makes its own lines not assessed; the others are
    assessed, and the exit code is 3. When a tie-out rule fails nothing is published and the exit code is 1.
    """
    code = run_and_report(open_home(home), parse_period(period), parse_as_of(as_of))
    if code is not Exit.OK:
        raise typer.Exit(int(code))


def run_and_report(home: Home, period: date | None, as_of: datetime | None) -> Exit:
    """Run the pipeline on `home`, print what came of it, and return the exit code that says so."""
    from pipelines.cli.progress import follow
    from pipelines.cli.render import print_summary
    from pipelines.home import HomeBusyError
    from pipelines.reports.summary import read_summary
    from pipelines.run import run_pipeline

    try:
        with follow(console) as progress:
            outcome = run_pipeline(home, period, as_of, progress=progress)
    except HomeBusyError as error:
        fail(str(error))
    if not outcome.published:
        kept = (
            f"the last published copy stands: {home.published}" if home.published.exists() else "nothing was published"
        )
        fail(outcome.error or "the run failed", f"log: {outcome.log}", kept)
    print_summary(console, read_summary(home.published))
    unhealthy = [row for row in outcome.sources if row.status not in ("healthy", "off")]
    console.print(f"Published in {outcome.seconds:.0f} s: [bold]{home.published}[/] (open it read-only at any time)")
    console.print(f"See it in Dagster: tieout ui --home {home.path}")
    for row in unhealthy:
        errors.print(f"[bold yellow]{row.source_system} is {row.status}:[/] {row.message}", soft_wrap=True)
    return Exit.INCOMPLETE if unhealthy else Exit.OK
