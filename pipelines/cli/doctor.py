"""`tieout doctor`: is this machine and this home fit to run? Every finding says how to mend it."""

from collections.abc import Iterator

import typer
from rich.markup import escape
from rich.table import Table

from pipelines.cli.console import Exit, console
from pipelines.cli.options import DEFAULT_HOME, HomeOption
from pipelines.doctor import Finding, examine
from pipelines.home import Home

_MARK = {"ok": "[green]ok[/]", "warning": "[yellow]warning[/]", "problem": "[bold red]problem[/]"}


def doctor(home: HomeOption = DEFAULT_HOME) -> None:
    """Check versions, configuration, credentials, reachability, rules and file permissions; say how to mend each.

    Each source that is switched on is asked one cheap question with its real credentials. Nothing is changed anywhere.
    Exit codes: 0 when a run can work (warnings are shown), 1 when it could not.
    """
    opened = Home(home)
    opened.check_path()
    table = Table(show_edge=False)
    for name in ("", "what", "found"):
        table.add_column(name, overflow="fold")
    findings = list(_shown(examine(opened)))
    for finding in findings:
        detail = escape(finding.detail)
        if finding.remedy:
            detail += f"\n[bold]mend:[/] {escape(finding.remedy)}"
        table.add_row(_MARK[finding.status], escape(finding.subject), detail)
    console.print(table)
    problems = sum(finding.status == "problem" for finding in findings)
    warnings = sum(finding.status == "warning" for finding in findings)
    console.print(f"{_counted(problems, 'problem')}, {_counted(warnings, 'warning')}")
    if problems:
        raise typer.Exit(int(Exit.FAILED))


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _shown(findings: Iterator[Finding]) -> Iterator[Finding]:
    """Pass findings on while telling which subject is being looked at (a slow source takes seconds)."""
    with console.status("examining") as status:
        for finding in findings:
            status.update(f"examined {finding.subject}")
            yield finding
