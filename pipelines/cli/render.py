"""A run's figures as rich tables. Text from sources is escaped: a client named '[red]' is printed, not obeyed."""

import textwrap
from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from rich.console import Console, Group
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from expectations.currencies import decimals
from pipelines.reports.changes import Changes
from pipelines.reports.summary import Observed, Summary

SHORT_MESSAGE = 140  # two lines of an 80 columns wide terminal
WARNINGS_SHOWN = 10
WAITING_SHOWN = 10
NOTES_SHOWN = 5  # of each file; what is least certain comes first
_STATUS_STYLE = {"healthy": "green", "partial": "yellow", "stale": "yellow", "failed": "red", "off": "dim"}


def print_summary(
    console: Console, summary: Summary, *, with_files: bool = True, confirm_by: str | None = "tieout map list"
) -> None:
    """Print coverage, what waits for a mapping, health, how files were read, classes, findings, and the tie-out."""
    console.print(
        f"\n[bold]Period {summary.period:%B %Y}[/], as of {summary.as_of:%Y-%m-%d %H:%M %Z}. "
        f"{summary.lines:,} lines compared. Coverage: {_share(summary.unit_coverage)} of the units that could be "
        f"billed and of their money {_of_money(summary.money_coverage)}.\n"
    )
    _print_waiting(console, summary, confirm_by)
    print_health(console, summary.health, shorten_to=SHORT_MESSAGE)
    if with_files:
        print_file_notes(console, summary.file_notes, most=NOTES_SHOWN, rest="tieout status shows all")
    for table in (_classes(summary), _largest(summary)):
        console.print(table)
        console.print()
    print_observations(console, summary.observations)
    console.print(_tie_out(summary))
    console.print()


def _print_waiting(console: Console, summary: Summary, confirm_by: str | None) -> None:
    """What waits for a mapping: one row per account or product, the most money first; nothing where none waits."""
    items = summary.waiting
    if not items:
        return
    total = " and ".join(_sum(amount, currency) for currency, amount in summary.waiting_money.items())
    unpriced = sum(not item.amounts for item in items)
    table = Table(
        title=f"Waiting for a mapping: {total or 'no money known'} a month on {_items(len(items))}"
        + (f", {unpriced:,} without a known price" if unpriced and total else ""),
        title_justify="left",
    )
    table.add_column("a month", justify="right")
    table.add_column("units", justify="right")
    table.add_column("at the vendor", overflow="fold", ratio=1)
    table.add_column("best suggestion", overflow="fold", ratio=1)
    for item in items[:WAITING_SHOWN]:
        money_text = "\n".join(_sum(amount, currency) for currency, amount in item.amounts.items())
        table.add_row(
            money_text or "price unknown",
            f"{item.quantity.normalize():,f}",
            f"{escape(item.left_name)} ({escape(item.source_system)}"
            + (", a product)" if item.kind == "product" else ")"),
            "none" if item.suggested is None else f"{escape(item.suggested)} ({item.tier})",
        )
    console.print(table)
    more = f"... and {len(items) - WAITING_SHOWN:,} more. " if len(items) > WAITING_SHOWN else ""
    confirm = f"Confirm them: {confirm_by}. " if confirm_by else ""
    console.print(
        f"{more}{confirm}The money is at the catalogue's price, or the vendor's cost where there is none; it is in no "
        "total.\n"
    )


def _items(count: int) -> str:
    return "1 account or product" if count == 1 else f"{count:,} accounts and products"


def print_health(console: Console, rows: list[dict[str, Any]], shorten_to: int | None = None) -> None:
    """Print source health as the last run saw it: a row per source system, and what is to be said about any below it.

    Args:
        console: Where to.
        rows: Rows of `analytics.source_health`.
        shorten_to: Longest message in characters; the rest is left to `tieout status`.
    """
    table = Table(title="Sources", title_justify="left")
    table.add_column("source")
    table.add_column("status")
    for name in ("rows", "rows before", "age", "limit"):
        table.add_column(name, justify="right")
    for row in rows:
        style = _STATUS_STYLE.get(row["status"], "")
        table.add_row(
            escape(row["source_system"]),
            f"[{style}]{row['status']}[/]" if style else escape(row["status"]),
            _count(row["row_count"]),
            _count(row["previous_row_count"]),
            "-" if row["age_hours"] is None else f"{row['age_hours']:.1f} h",
            "-" if row["limit_hours"] is None else f"{row['limit_hours']} h",
        )
    console.print(table)
    # Below the table, where they have the whole width: a message in a narrow column is a tower of half words.
    for row in rows:
        if row["message"]:
            console.print(f"{escape(row['source_system'])}: {escape(_shortened(row['message'], shorten_to))}")
    console.print()


def print_unpublished(console: Console, runs: Sequence[dict[str, Any]]) -> None:
    """Later runs that did not replace the copy, the newest with its reason; nothing where there are none."""
    if not runs:
        return
    newest = runs[0]
    earlier = f" ({len(runs) - 1} more before it)" if len(runs) > 1 else ""
    console.print(
        f"[bold yellow]This copy is not of the newest run.[/] The run for {newest['period']:%B %Y} that ended "
        f"{newest['ended_at']:%Y-%m-%d %H:%M %Z} did not replace it{earlier}: {escape(newest['reason'])}",
        soft_wrap=True,
    )


def print_observations(console: Console, observed: Sequence[Observed]) -> None:
    """Print on how many lines each flag stands and the money a month that hangs on it; nothing where there is none."""
    if not observed:
        return
    table = Table(
        title="Observations, also on lines that match (money a month, in no total; each: analytics.observations)",
        title_justify="left",
    )
    table.add_column("flag")
    table.add_column("lines", justify="right")
    table.add_column("money is")
    table.add_column("currency")
    table.add_column("money", justify="right")
    before = None
    for one in observed:
        table.add_row(
            "" if one.flag == before else one.flag,
            f"{one.lines:,}",
            (one.amount_kind or "").replace("_", " "),
            one.currency or "",
            "" if one.amount is None else money(one.amount, one.currency),
        )
        before = one.flag
    console.print(table)
    console.print()


def print_file_notes(
    console: Console, notes: Sequence[dict[str, Any]], *, most: int | None, rest: str, with_columns: bool = False
) -> None:
    """How the files of the inbox were read: a paragraph per file, the least certain first.

    Args:
        console: Where to.
        notes: Rows of `analytics.file_notes`, in their order.
        most: Notes shown of each file; None: all.
        rest: Where the others are.
        with_columns: Say as well which column was taken for what; else only what not every file has.
    """
    files: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for note in notes:
        place = (note["source_system"], note["file_name"] or "", note["sheet_name"] or "")
        files.setdefault(place, []).append(note)
    is_headed = False
    for (source, file, sheet), found in files.items():
        taken = [
            f"{note['raw_column']} = {note['header']}" for note in found if note["kind"] == "taken" and note["header"]
        ]
        told = [note["text"] for note in found if note["kind"] not in ("taken", "not_read")]
        unread = [note["text"] for note in found if note["kind"] == "not_read"]
        if with_columns:
            told += unread
        if not told and not (with_columns and taken):
            continue
        if not is_headed:
            console.print("[bold]How the files were read[/]")
            is_headed = True
        where = f"{source}/{file}{f' [{sheet}]' if sheet else ''}"
        columns = f": {', '.join(taken)}" if with_columns and taken else ""
        console.print(f"[bold]{escape(where)}[/]{escape(columns)}")
        for text in told[:most]:
            console.print(Padding(Text(f"- {text}"), (0, 0, 0, 2)))
        if most is not None and len(told) > most:
            console.print(Padding(Text(f"- and {len(told) - most} more: {rest}"), (0, 0, 0, 2)))
    if is_headed:
        console.print()


def print_rule_warnings(console: Console, warnings: Sequence[str]) -> None:
    """Name the rules that point at nothing, the first few by file and line; nothing where there are none."""
    if not warnings:
        return
    console.print("[bold yellow]Rules that point at nothing[/] (correct or end them in rules/):")
    for warning in warnings[:WARNINGS_SHOWN]:
        console.print(f"  {escape(warning)}")
    if len(warnings) > WARNINGS_SHOWN:
        console.print(f"  and {len(warnings) - WARNINGS_SHOWN} more (tieout doctor shows all)")
    console.print()


def print_changes(console: Console, found: Changes) -> None:
    """Print what is new, found again and gone since the month before, and what earlier months lost."""
    if found.before is None:
        return
    table = Table(title=f"{found.period:%B %Y} against {found.before:%B %Y} (money a month)", title_justify="left")
    table.add_column("findings")
    for name in ("currency", "lines", "money"):
        table.add_column(name, justify="right")
    for change in found.changes:
        table.add_row(change.what, change.currency or "", f"{change.lines:,}", money(change.amount, change.currency))
    console.print(table)
    for one in found.exposure:
        lines = "1 line" if one.lines == 1 else f"{one.lines:,} lines"
        console.print(
            f"Earlier months lost {_sum(one.amount, one.currency)} on {lines} that were underbilled then: "
            f"{_sum(one.collectable, one.currency)} can still be billed, {_sum(one.beyond_limit, one.currency)} lies "
            f"beyond what the contract lets one bill, and {_sum(one.unlimited, one.currency)} is of contracts that "
            "state no limit."
        )
    console.print()


def _sum(amount: Decimal, currency: str | None) -> str:
    return f"{amount:,.{decimals(currency)}f} {currency or ''}".strip()


def _shortened(message: str, width: int | None) -> str:
    if width is None or len(message) <= width:
        return message
    return textwrap.shorten(message, width, placeholder=" ... (tieout status shows all)")


def _classes(summary: Summary) -> Table:
    table = Table(title="Lines by class (money per month)", title_justify="left")
    table.add_column("class")
    for name in ("currency", "lines", "underbilled", "overbilled"):
        table.add_column(name, justify="right")
    for line in summary.classes:
        table.add_row(
            line.class_,
            line.currency or "",
            f"{line.lines:,}",
            money(line.underbilled, line.currency),
            money(line.overbilled, line.currency),
        )
    table.add_section()
    for currency, (under, over) in summary.money.items():
        table.add_row("[bold]total[/]", currency, "", *(f"[bold]{money(one, currency)}[/]" for one in (under, over)))
    return table


def _largest(summary: Summary) -> Table:
    """Where and what it is worth, then how it came about; readable at 80 columns too."""
    several = len({row.currency for row in summary.largest if row.currency}) > 1
    which = (
        "The largest discrepancies of each currency" if several else f"The {len(summary.largest)} largest discrepancies"
    )
    table = Table(
        title=f"{which} (a month; + underbilled, - overbilled)",
        title_justify="left",
        show_header=False,
    )
    table.add_column("rank", justify="right")
    table.add_column("impact", justify="right", no_wrap=True)
    table.add_column("finding", overflow="fold", ratio=1)
    before = summary.largest[0].currency if summary.largest else None
    for row in summary.largest:
        if row.currency != before:
            table.add_section()
            before = row.currency
        where = " - ".join(name for name in (row.client_name, row.product_name) if name)
        impact = (
            ""
            if row.revenue_impact is None
            else f"{row.revenue_impact:+,.{decimals(row.currency)}f} {row.currency or ''}"
        )
        finding = Group(
            Text.assemble((where, "bold"), f" ({row.class_})"), Padding(Text(row.explanation), (0, 0, 0, 2))
        )
        table.add_row(str(row.rank), impact, finding)
    return table


def _tie_out(summary: Summary) -> Table:
    table = Table(title="Tie-out", title_justify="left")
    table.add_column("rule")
    for name in ("controls", "passed", "difference"):
        table.add_column(name, justify="right")
    for row in summary.tie_out:
        style = "green" if row["passed"] == row["controls"] else "bold red"
        table.add_row(
            row["rule"], f"{row['controls']:,}", f"[{style}]{row['passed']:,}[/]", _differences(row["differences"])
        )
    return table


def money(amount: Decimal, currency: str | None) -> str:
    """An amount with its currency's decimals and thousands separators; nothing for zero, so that figures stand out."""
    return f"{amount:,.{decimals(currency)}f}" if amount else ""


def _differences(found: dict[str, Decimal]) -> str:
    """What controls of one rule are off, each currency by itself; what is no money stands without one."""
    return (
        ", ".join(f"{amount:,.{decimals(currency)}f} {currency}".strip() for currency, amount in found.items())
        or "0.00"
    )


def _share(share: Decimal | None) -> str:
    """Cut, not rounded: 100 % is said of nothing but the whole."""
    return "none due" if share is None else f"{(share * 100).quantize(Decimal('0.1'), ROUND_FLOOR)}%"


def _of_money(shares: dict[str, Decimal | None]) -> str:
    return ", ".join(f"{_share(share)} in {currency}" for currency, share in shares.items())


def _count(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"
