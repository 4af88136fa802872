"""What the commands of `tieout map` share: their options, opening the queue, and how a refusal is told."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from pipelines.cli.console import Exit, fail
from pipelines.home import Home

if TYPE_CHECKING:
    from pipelines.mapping.queue import Item, Queue


class Kind(StrEnum):
    """What waits: vendor accounts for their client, vendor products for their product."""

    CLIENTS = "clients"
    PRODUCTS = "products"

    @property
    def one(self) -> str:
        """The kind as the tables call it."""
        return self.value.removesuffix("s")


KindOption = Annotated[
    Kind | None, typer.Option("--kind", help="Needed only where an account and a product share an id.")
]
ByOption = Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who decides. Default: the login user.")]
SystemOption = Annotated[
    str | None, typer.Option("--system", metavar="SYSTEM", help="Only this vendor system, for instance pax8.")
]


def open_queue(home: Home) -> "Queue":
    """What waits in a home.

    Raises:
        typer.Exit: Nothing was published yet, or the rules are wrong.
    """
    from pipelines.mapping.queue import read_queue
    from pipelines.mapping.refusals import MappingRefusedError
    from pipelines.rules import RulesRefused

    try:
        return read_queue(home)
    except MappingRefusedError as error:
        refuse(error)
    except RulesRefused as error:
        fail("the rules are wrong as they stand; mend them first", *map(str, error.errors))


def chosen(queue: "Queue", kind: Kind | None, system: str | None) -> "list[Item]":
    """The items of a kind and system; all where neither is given."""
    return [
        item
        for item in queue.items
        if (kind is None or item.kind == kind.one) and (system is None or item.source_system == system)
    ]


def refuse(error: Exception) -> NoReturn:
    """Tell why a decision is not taken, and leave: nothing was changed."""
    fail(str(error), *getattr(error, "details", ()), code=Exit.FAILED)
