"""What waits, as tables on a terminal. Every text of a vendor is escaped; no figures are computed here."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from expectations.currencies import decimals
from pipelines.mapping.words import one_line, plain

if TYPE_CHECKING:
    from pipelines.mapping.decide import Decision
    from pipelines.mapping.log import Logged
    from pipelines.mapping.queue import Item, Queue, Suggestion

_SHOWN = 60


def text(value: str, longest: int = _SHOWN) -> str:
    """A text of another system as the terminal may show it: one line, no markup, no control signs."""
    return escape(one_line(value, longest))


def money(item: "Item") -> str:
    """What waits on an item a month."""
    if item.amount is None:
        return "price unknown" if item.quantity else "no units"
    return f"{item.amount:,.{decimals(item.currency)}f} {item.currency}"


def print_items(console: Console, what: str, items: Sequence["Item"], limit: int) -> None:
    """The list, ranked within each currency."""
    if not items:
        console.print(f"No {what} wait for a mapping.")
        return
    table = Table(title=f"{len(items):,} {what} to confirm", title_justify="left")
    table.add_column("#", justify="right")
    table.add_column("waiting a month", justify="right")
    table.add_column("units", justify="right")
    table.add_column("at the vendor", overflow="fold")
    table.add_column("best suggestion", overflow="fold")
    table.add_column("why", overflow="fold")
    for item in items[:limit]:
        table.add_row(
            str(item.rank),
            money(item),
            plain(item.quantity),
            f"{text(item.left_name)}\n[dim]{text(item.key)}[/]",
            "none" if item.best is None else f"{text(item.best.right_name)}\n[dim]{text(item.best.right_id)}[/]",
            "" if item.best is None else f"{_tier(item.best)} {text(item.best.reasons, 120)}",
        )
    console.print(table)
    if len(items) > limit:
        console.print(f"... and {len(items) - limit:,} more (--limit)")


def print_item(console: Console, item: "Item", queue: "Queue") -> None:
    """One item, what is known of it, and each of its suggestions beside it."""
    console.print(f"[bold]{text(item.left_name)}[/]  {text(item.key, 200)}", soft_wrap=True)
    known = [
        (
            "waits",
            f"{money(item)}, {plain(item.quantity)} units" + (f" ({item.value_basis})" if item.value_basis else ""),
        )
    ]
    if item.other_amounts:
        known.append(("besides", item.other_amounts))
    if item.unpriced_quantity and item.amount is not None:
        known.append(("without price", f"{plain(item.unpriced_quantity)} units"))
    if item.holds:
        known.append(("holds" if item.kind == "client" else "held by", item.holds))
    for words, value in (*known, *item.facts):
        console.print(f"  {words:<14} {text(value, 200)}", soft_wrap=True)
    if not item.suggestions:
        console.print("Nothing is suggested: name the target yourself, with --reason.")
    facts = {target.right_id: target.facts for target in queue.targets.get(item.kind, ())}
    for number, one in enumerate(item.suggestions, start=1):
        console.print(f"{number}. [bold]{text(one.right_name)}[/]  {text(one.right_id)}  {_tier(one)}", soft_wrap=True)
        console.print(f"  {'because':<14} {text(one.reasons, 300)}", soft_wrap=True)
        for words, value in facts.get(one.right_id, ()):
            console.print(f"  {words:<14} {text(value, 200)}", soft_wrap=True)
        if not one.is_unambiguous:
            console.print("  another suggestion is as good: look at both", soft_wrap=True)


def print_decisions(console: Console, decisions: Sequence["Decision"], limit: int = 50) -> None:
    """Decisions before they are taken."""
    table = Table(title=f"{len(decisions):,} to accept", title_justify="left")
    table.add_column("waiting a month", justify="right")
    table.add_column("at the vendor", overflow="fold")
    table.add_column("becomes", overflow="fold")
    table.add_column("why", overflow="fold")
    for one in decisions[:limit]:
        suggestion = one.suggestion
        table.add_row(
            money(one.item),
            f"{text(one.item.left_name)}\n[dim]{text(one.item.key)}[/]",
            f"{text(one.target.right_name)}\n[dim]{text(one.target.right_id)}[/]",
            "" if suggestion is None else f"{_tier(suggestion)} {text(suggestion.reasons, 120)}",
        )
    console.print(table)
    if len(decisions) > limit:
        console.print(f"... and {len(decisions) - limit:,} more")


def logged(one: "Logged") -> str:
    """One decision of the log in a line."""
    return (
        f"{one.action} {text(one.source_system)}:{text(one.left_id)} ({text(one.left_name)}) as {text(one.right_id)} "
        f"({text(one.right_name)}), by {text(one.by)} at {one.at}"
    )


def _tier(one: "Suggestion") -> str:
    colour = {"certain": "green", "likely": "yellow"}.get(one.tier, "red")
    return f"[{colour}]{one.tier} {one.score:.2f}[/]"
