"""`tieout map list` and `show`: what waits, and everything known of one of it."""

from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.console import console
from pipelines.cli.map_options import Kind, KindOption, SystemOption, chosen, open_queue, refuse
from pipelines.cli.options import DEFAULT_HOME, HomeOption, open_home

if TYPE_CHECKING:
    from pipelines.mapping.queue import Item


def list_items(
    kind: Annotated[Kind | None, typer.Argument(help="clients or products; default: both.")] = None,
    home: HomeOption = DEFAULT_HOME,
    system: SystemOption = None,
    search: Annotated[
        str | None, typer.Option("--search", metavar="TEXT", help="Only names and ids that hold this text.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many of each to show.", show_default=True)] = 25,
) -> None:
    """Show what waits for a mapping, the most money first, each currency by itself.

    The money is what the units would bring in a month at the price of the PSA's catalog, or what the vendor charges
    where no price is known. It only orders the work. Without either, the units decide, after everything with a price.

    Try: tieout map list clients --system pax8
    """
    from pipelines.cli.map_tables import print_items

    queue = open_queue(open_home(home))
    for one in Kind if kind is None else (kind,):
        items = [item for item in chosen(queue, one, system) if search is None or _holds(item, search)]
        fitting = " that fit" if system or search else ""
        print_items(console, f"{one.value}{fitting}", items, limit)
    if queue.settled:
        console.print(f"{len(queue.settled):,} more are decided since the last run; the next tieout run applies them.")


def show(
    item_id: Annotated[str, typer.Argument(metavar="ID", help="As the list shows it: pax8:0a1b, or the name.")],
    home: HomeOption = DEFAULT_HOME,
    kind: KindOption = None,
) -> None:
    """Show one account or product with everything known of it, and its suggestions with the evidence for each.

    Try: tieout map show ninjaone:12
    """
    from pipelines.cli.map_tables import print_item
    from pipelines.mapping.refusals import MappingRefusedError

    queue = open_queue(open_home(home))
    try:
        item = queue.find(item_id, kind.one if kind else None)
    except MappingRefusedError as error:
        refuse(error)
    print_item(console, item, queue)


def _holds(item: "Item", text: str) -> bool:
    return any(text.casefold() in held.casefold() for held in (item.left_name, item.key))
