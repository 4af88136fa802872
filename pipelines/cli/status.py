"""`tieout status`: what the last run saw, from the published copy."""

import json

import typer
from rich.markup import escape

from pipelines.cli.console import Exit, console, fail
from pipelines.cli.options import DEFAULT_HOME, HomeOption, open_home
from pipelines.cli.render import (
    print_file_notes,
    print_health,
    print_observations,
    print_rule_warnings,
    print_unpublished,
)


def status(home: HomeOption = DEFAULT_HOME) -> None:
    """Show the health of each source and the last published run, with what it observed beside its findings.

    Ends with 0 when every source that is switched on was healthy (or refuses only accounts that known_refusals.csv
    names), with 3 when one was not or a later run did not replace the copy, and with 1 when nothing has been published
    yet.
    """
    opened = open_home(home)
    if not opened.published.exists():
        fail(
            f"nothing has been published in {opened.path} yet",
            f"run it: tieout run --home {opened.path}",
            f"if a run failed, its log is in {opened.logs}",
        )
    from pipelines.reports.summary import read_summary

    summary = read_summary(opened.published)
    last = json.loads(opened.published_summary.read_text()) if opened.published_summary.exists() else {}
    console.print(
        f"Last published: period {summary.period:%B %Y}, as of {summary.as_of:%Y-%m-%d %H:%M %Z}"
        + (f", run {last['run_id']}" if "run_id" in last else ""),
        soft_wrap=True,
    )
    print_unpublished(console, summary.unpublished_runs)
    print_health(console, summary.health)
    print_file_notes(console, summary.file_notes, most=None, rest="", with_columns=True)
    print_observations(console, summary.observations)
    print_rule_warnings(console, last.get("rule_warnings", []))
    console.print(f"Published copy (open it read-only at any time): {escape(str(opened.published))}", soft_wrap=True)
    # A copy that an older version published knows of no acknowledgement.
    bad = [row for row in summary.health if row["status"] not in ("healthy", "off") and not row.get("is_acknowledged")]
    if summary.unpublished_runs or bad:
        raise typer.Exit(int(Exit.INCOMPLETE))
