"""`tieout map accept`, `reject`, `accept-all`, `undo`: a person's word, one pair or many."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from pipelines.cli.console import console, fail, program
from pipelines.cli.map_options import ByOption, Kind, KindOption, SystemOption, chosen, open_queue, refuse
from pipelines.cli.options import DEFAULT_HOME, HomeOption, open_home
from pipelines.home import Home, HomeBusyError
from pipelines.person import login_user

if TYPE_CHECKING:
    from pipelines.mapping.decide import Decision, Taken
    from pipelines.mapping.queue import Queue

ItemArgument = Annotated[str, typer.Argument(metavar="ID", help="What waits: pax8:0a1b, the vendor's id, or the name.")]
FromOption = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="DATE",
        help="First day of the mapping, 2026-06-01. Default: first day of the published month.",
    ),
]
ReasonOption = Annotated[
    str | None,
    typer.Option("--reason", metavar="TEXT", help="Why. Default: the evidence; needed where nothing was suggested."),
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
RunOption = Annotated[bool, typer.Option("--run", help="Run at once with what was decided (tieout run).")]
_LINES_SHOWN = 10


def accept(
    item_id: ItemArgument,
    target: Annotated[
        str, typer.Argument(metavar="TARGET", help="Client or product of the PSA: connectwise:250, 250, or the name.")
    ],
    home: HomeOption = DEFAULT_HOME,
    by: ByOption = None,
    reason: ReasonOption = None,
    valid_from: FromOption = None,
    kind: KindOption = None,
) -> None:
    """Confirm that a vendor account is this client, or a vendor product this product.

    Writes one dated line to rules/client_map.csv or rules/product_map.csv, with the person and the reason; the rest of
    the file stays as it is. What contradicts a rule is refused with its file and line.

    Try: tieout map accept ninjaone:12 connectwise:250 --reason "same serial numbers as in the agreement"
    """
    _one("accept", item_id, target, home, by, reason, kind, _day(valid_from))


def reject(
    item_id: ItemArgument,
    target: Annotated[str, typer.Argument(metavar="TARGET", help="The client or product that it is not.")],
    home: HomeOption = DEFAULT_HOME,
    by: ByOption = None,
    reason: ReasonOption = None,
    kind: KindOption = None,
) -> None:
    """Say that a pair does not belong together: it is never suggested again.

    Writes one line to rules/rejections.csv. The account or product goes on waiting for its right counterpart.

    Try: tieout map reject ninjaone:12 connectwise:251 --reason "another company of that name"
    """
    _one("reject", item_id, target, home, by, reason, kind, None)


def accept_all(
    above: Annotated[
        float, typer.Option("--above", metavar="SCORE", min=0.5, max=1.0, help="The least score, 0.5 to 1.")
    ],
    kind: Annotated[Kind | None, typer.Argument(help="clients or products; default: both.")] = None,
    home: HomeOption = DEFAULT_HOME,
    system: SystemOption = None,
    by: ByOption = None,
    reason: ReasonOption = None,
    valid_from: FromOption = None,
    yes: YesOption = False,
    run: RunOption = False,
) -> None:
    """Confirm the best suggestion of everything whose score is at least SCORE. Shows what it would do, then asks.

    Left out is what needs a person's eye: several candidates as good as each other, and suggestions of tier possible.
    One undo takes all of it back.

    Try: tieout map accept-all clients --above 0.95
    """
    from pipelines.cli.map_tables import print_decisions
    from pipelines.mapping.decide import Decision

    opened = open_home(home)
    queue = open_queue(opened)
    day = _day(valid_from)
    least = Decimal(str(above))
    decisions = [
        Decision("accept", item, queue.target(item.kind, best.right_id), reason or "")
        for item in chosen(queue, kind, system)
        if (best := item.best) and best.score >= least and best.is_unambiguous and best.tier != "possible"
    ]
    if not decisions:
        console.print(f"No suggestion scores {above:g} or more without a rival; nothing was changed.")
        return
    print_decisions(console, decisions)
    if not yes and not typer.confirm(f"Accept these {len(decisions):,}?"):
        fail("not confirmed; nothing was changed")
    _take(opened, queue, decisions, by, day, then_run=run)
    if run:
        from pipelines.cli.run import run as run_home

        run_home(home)


def undo(
    home: HomeOption = DEFAULT_HOME,
    last: Annotated[
        int | None,
        typer.Option("--last", metavar="N", min=1, help="The last N decisions. Default: all of the last command."),
    ] = None,
    by: ByOption = None,
    yes: YesOption = False,
) -> None:
    """Take back the decisions of the last command: their lines leave the rules, and what they settled waits again.

    Repeat it to go further back. Lines that were written or changed by hand are never touched.

    Try: tieout map undo --last 2
    """
    from pipelines.cli.map_tables import logged
    from pipelines.mapping.refusals import MappingRefusedError
    from pipelines.mapping.undo import last_decisions
    from pipelines.mapping.undo import undo as take_back

    opened = open_home(home)
    try:
        decisions = last_decisions(opened, last)
        for one in decisions:
            console.print(f"  {logged(one)}", soft_wrap=True)
        if not yes and not typer.confirm(
            f"Take back {'this one' if len(decisions) == 1 else f'these {len(decisions):,}'}?"
        ):
            fail("not confirmed; nothing was changed")
        take_back(opened, decisions, by or login_user())
    except (MappingRefusedError, HomeBusyError, OSError) as error:
        refuse(error)
    console.print(f"Taken back: {len(decisions):,}. The next tieout run lets them wait again.")


def _one(
    action: str,
    item_id: str,
    target: str,
    home_path: HomeOption,
    by: str | None,
    reason: str | None,
    kind: Kind | None,
    valid_from: date | None,
) -> None:
    from pipelines.mapping.decide import Decision
    from pipelines.mapping.refusals import MappingRefusedError

    opened = open_home(home_path)
    queue = open_queue(opened)
    try:
        item = queue.find(item_id, kind.one if kind else None)
        decision = Decision(action, item, queue.target(item.kind, target), reason or "")
    except MappingRefusedError as error:
        refuse(error)
    _take(opened, queue, [decision], by, valid_from)


def print_counting(taken: Sequence["Taken"]) -> None:
    """Show the counting rules that were proposed along with decisions."""
    lines = [line for one in taken for line in one.counting]
    if not lines:
        return
    console.print(
        f"rules/counting.csv: {len(lines):,} line{'' if len(lines) == 1 else 's'} proposed, by what the vendor states. "
        "Change what is counted otherwise; undo takes them back with the mappings.",
        soft_wrap=True,
    )
    for line in lines[:_LINES_SHOWN]:
        console.print(f"  {escape(line)}", soft_wrap=True)
    if len(lines) > _LINES_SHOWN:
        console.print(f"  ... and {len(lines) - _LINES_SHOWN:,} more")


def _take(
    home: Home,
    queue: "Queue",
    decisions: Sequence["Decision"],
    by: str | None,
    valid_from: date | None,
    *,
    then_run: bool = False,
) -> None:
    from pipelines.mapping.decide import decide
    from pipelines.mapping.refusals import MappingRefusedError

    try:
        taken = decide(home, queue, decisions, login_user() if by is None else by, valid_from)
    except (MappingRefusedError, HomeBusyError, OSError) as error:
        refuse(error)
    for file in dict.fromkeys(one.file for one in taken):
        lines = [one.line for one in taken if one.file == file]
        console.print(f"rules/{file}: {len(lines):,} line{'' if len(lines) == 1 else 's'} added", soft_wrap=True)
        if len(lines) == 1:
            console.print(f"  {escape(lines[0])}", soft_wrap=True)
    print_counting(taken)
    if not then_run:
        console.print(f"It holds from the next run on: {program()} run --home {escape(str(home.path))}", soft_wrap=True)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"'{text}' is not a date; write it as 2026-06-01", param_hint="--from") from error
