"""A run's figures as rich tables. Text from sources is escaped: a client named '[red]' is printed, not obeyed."""

from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.reports.summary import Summary

_STATUS_STYLE = {"healthy": "green", "partial": "yellow", "stale": "yellow", "failed": "red", "off": "dim"}


def print_summary(console: Console, summary: Summary) -> None:
    """Print health, coverage, classes with money, the largest discrepancies and the tie-out, in that order."""
    console.print(
        f"\n[bold]Period {summary.period:%B %Y}[/], as of {summary.as_of:%Y-%m-%d %H:%M %Z}. "
        f"{summary.lines:,} lines compared. Coverage: {_share(summary.billed_coverage)} of billed quantity, "
        f"{_share(summary.census_coverage)} of census quantity."
    )
    console.print(health_table(summary.health))
    console.print(_classes(summary))
    console.print(_largest(summary))
    console.print(_tie_out(summary))


def health_table(rows: list[dict[str, Any]]) -> Table:
    """Source health as the last run saw it, one row per source system."""
    table = Table(title="Sources", title_justify="left", expand=False)
    for name, justify in (("source", "left"), ("status", "left"), ("rows", "right"), ("before", "right")):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]  # rich types justify as a Literal
    table.add_column("age", justify="right")
    table.add_column("message", overflow="fold")
    for row in rows:
        style = _STATUS_STYLE.get(row["status"], "")
        table.add_row(
            escape(row["source_system"]),
            f"[{style}]{row['status']}[/]" if style else escape(row["status"]),
            _count(row["row_count"]),
            _count(row["previous_row_count"]),
            "-" if row["age_hours"] is None else f"{row['age_hours']:.1f} h of {row['limit_hours']} h",
            escape(row["message"] or ""),
        )
    return table


def _classes(summary: Summary) -> Table:
    table = Table(title="Lines by class (money per month)", title_justify="left")
    table.add_column("class")
    for name in ("currency", "lines", "underbilled", "overbilled"):
        table.add_column(name, justify="right")
    for line in summary.classes:
        table.add_row(
            line.class_, line.currency or "", f"{line.lines:,}", money(line.underbilled), money(line.overbilled)
        )
    table.add_section()
    for currency, (under, over) in summary.money.items():
        table.add_row("[bold]total[/]", currency, "", f"[bold]{money(under)}[/]", f"[bold]{money(over)}[/]")
    return table


def _largest(summary: Summary) -> Table:
    """Two lines a finding: what it is worth and where, then how it came about; readable at 80 columns too."""
    table = Table(title=f"The {len(summary.largest)} largest discrepancies", title_justify="left", show_header=False)
    table.add_column("rank", justify="right")
    table.add_column("impact", justify="right", no_wrap=True)
    table.add_column("finding", overflow="fold", ratio=1)
    for row in summary.largest:
        where = " - ".join(escape(name) for name in (row.client_name, row.product_name) if name)
        impact = "" if row.revenue_impact is None else f"{row.revenue_impact:+,.2f} {row.currency or ''}"
        table.add_row(str(row.rank), impact, f"[bold]{where}[/] ({row.class_})\n{escape(row.explanation)}")
    return table


def _tie_out(summary: Summary) -> Table:
    table = Table(title="Tie-out", title_justify="left")
    table.add_column("rule")
    for name in ("controls", "passed", "difference"):
        table.add_column(name, justify="right")
    for row in summary.tie_out:
        style = "green" if row["passed"] == row["controls"] else "bold red"
        table.add_row(
            row["rule"], f"{row['controls']:,}", f"[{style}]{row['passed']:,}[/]", f"{row['difference']:,.2f}"
        )
    return table


def money(amount: Decimal) -> str:
    """An amount with two decimals and thousands separators; nothing for zero, so that figures stand out."""
    return f"{amount:,.2f}" if amount else ""


def _share(share: Decimal | None) -> str:
    return "none due" if share is None else f"{share:.1%}"


def _count(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"
