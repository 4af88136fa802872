"""`tieout match`: which rows of one list are which rows of another, with a score and reasons for each pair."""

from contextlib import nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.console import Exit, console, fail, program

if TYPE_CHECKING:
    from pipelines.matching.aliases import Aliases
    from pipelines.matching.decisions import Decisions
    from pipelines.matching.lists import NameList
    from pipelines.matching.matching import Matches
    from pipelines.matching.model import Model

_SHOWN = 10
_WIDEST_NAME = 80


class Kind(StrEnum):
    """What the lists hold."""

    CLIENT = "client"
    PRODUCT = "product"


def match(
    left: Annotated[
        Path | None, typer.Argument(metavar="LEFT.csv", help="The list whose rows look for a counterpart.")
    ] = None,
    right: Annotated[Path | None, typer.Argument(metavar="RIGHT.csv", help="The list that they look in.")] = None,
    kind: Annotated[Kind, typer.Option("--kind", help="What the lists hold.", show_default=True)] = Kind.CLIENT,
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help="The file to write.", dir_okay=False, show_default=True)
    ] = Path("predictions.csv"),
    learn: Annotated[
        Path | None,
        typer.Option(
            "--learn",
            metavar="PAIRS.csv",
            help="What people decided before: left_id, right_id and, if any was rejected, decision (accept or reject).",
        ),
    ] = None,
    aliases: Annotated[
        Path | None,
        typer.Option(
            "--aliases",
            metavar="FILE",
            help="Words or product names that mean the same, as --export-aliases writes them.",
        ),
    ] = None,
    export_aliases: Annotated[
        Path | None,
        typer.Option(
            "--export-aliases",
            metavar="FILE",
            help="Write what --learn taught as words and product names; no client's name is among them.",
            dir_okay=False,
        ),
    ] = None,
    explain_model: Annotated[
        bool, typer.Option("--explain-model", help="Print what each piece of evidence weighs, with or without lists.")
    ] = False,
) -> None:
    """Find which row of one list is which row of another: clients or products of two systems.

    Both files are CSV with the columns id and name. Further columns that both have are evidence: identifiers
    (tenant_id, tax_id, domain, psa_id, sku_id, vendor_sku, part_number, email, phone) decide before names; country,
    state, city, postcode and street help where names do not.

    The result has the columns left_id, right_id, score, tier, reasons. A score of 0.9 means: nine in ten such pairs are
    right. Tiers: [bold]certain[/] (an identifier, a decision, or the same name with nothing against it),
    [bold]likely[/], [bold]possible[/] (or several candidates as good as each other: a person has to choose). Several
    left rows may belong to one right row.

    Two products that differ in a word that matters (Basic or Standard, E3 or E5, P1 or P2, faculty, no Teams, server, a
    number) are never put together by name, however alike they look.

    Try:  tieout match psa.csv vendor.csv --kind client --out pairs.csv
    Then: write decisions into a file and give it as --learn; rejected pairs never come back.

    Nothing is sent anywhere and no list is changed. Exit codes: 0 written, 1 could not be written, 2 a file or option
    is wrong.
    """
    from connectors.exports.problems import Refused
    from pipelines.matching.aliases import Aliases, read_aliases
    from pipelines.matching.decisions import Decisions, read_decisions
    from pipelines.matching.lists import read_list
    from pipelines.matching.model import default_model

    if left is None or right is None:
        if explain_model and left is None:
            _print_model(default_model(kind))
            return
        hint = f"for example: {program()} match left.csv right.csv --kind client"
        fail("two lists are needed: LEFT.csv and RIGHT.csv", hint, code=Exit.USAGE)
    if export_aliases is not None and learn is None:
        fail("--export-aliases writes what --learn taught: give --learn too", code=Exit.USAGE)
    try:
        lists = read_list(left), read_list(right)
        decisions = read_decisions(learn) if learn is not None else Decisions()
        known = read_aliases(aliases, kind) if aliases is not None else Aliases(kind)
    except Refused as error:
        first, *rest = str(error).splitlines()
        fail(first, *rest, code=Exit.USAGE)
    if not out.parent.is_dir():
        fail(f"{out.parent} is no folder: {out} cannot be written", code=Exit.USAGE)
    matches, seconds = _match(lists[0], lists[1], kind, decisions, known)
    try:
        _write(matches, out)
        if export_aliases is not None:
            from pipelines.matching.learning import alias_file

            export_aliases.write_text(alias_file(kind, *lists, decisions), encoding="utf-8")
    except OSError as error:
        fail(f"{error.filename or out} cannot be written: {error.strerror}")
    if explain_model:
        _print_model(matches.model)
    _print_summary(matches, lists[0], len(lists[1]), seconds)
    _warn_of_strangers(decisions.accepted | decisions.rejected, *lists)
    console.print(f"Pairs: [bold]{out}[/]", soft_wrap=True)
    if export_aliases is not None:
        console.print(f"Aliases: [bold]{export_aliases}[/]", soft_wrap=True)


def _match(
    left: "NameList", right: "NameList", kind: str, decisions: "Decisions", aliases: "Aliases"
) -> "tuple[Matches, float]":
    import time

    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    from pipelines.matching.matching import match as match_lists

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    bars = Progress(*columns, console=console, transient=True) if console.is_interactive else None
    tasks: dict[str, TaskID] = {}
    said: dict[str, float] = {}

    def tell(what: str, done: int, of: int) -> None:
        if bars is not None:
            task = tasks.setdefault(what, TaskID(-1))
            if task == -1:
                task = tasks[what] = bars.add_task(what, total=of)
            bars.update(task, completed=done, total=of)
        elif time.perf_counter() - said.setdefault(what, started) > 2 and done < of:
            said[what] = time.perf_counter()
            console.print(f"{what}: {done:,} of {of:,}", soft_wrap=True)

    started = time.perf_counter()
    with bars or nullcontext():
        matches = match_lists(left, right, kind, decisions, progress=tell, aliases=aliases.same)
    return matches, time.perf_counter() - started


def _write(matches: "Matches", out: Path) -> None:
    from pipelines.matching.predictions import write_predictions

    write_predictions(matches.predictions, out)


def _print_summary(matches: "Matches", left: "NameList", right_rows: int, seconds: float) -> None:
    from rich.markup import escape
    from rich.table import Table

    from pipelines.matching.matching import TIERS

    means = {
        "certain": "an identifier, a decision, or the same name with nothing against it",
        "likely": "look at a few of them",
        "possible": "look at each of them",
    }
    tiers, rows = matches.predictions["tier"].to_pylist(), matches.predictions["left_id"].to_pylist()
    table = Table(title=f"{len(left):,} rows against {right_rows:,} ({seconds:.1f} s)", title_justify="left")
    table.add_column("tier")
    table.add_column("left rows", justify="right")
    table.add_column("pairs", justify="right")
    table.add_column("what to do with them")
    for tier in TIERS:
        of_tier = [row for row, own in zip(rows, tiers, strict=True) if own == tier]
        table.add_row(tier, f"{len(set(of_tier)):,}", f"{len(of_tier):,}", means[tier])
    table.add_row("none", f"{len(matches.unmatched):,}", "", "no counterpart was found")
    if matches.unreadable:
        table.add_row("none", f"{len(matches.unreadable):,}", "", "the name holds nothing to compare")
    console.print(table)
    names = dict(zip(left.ids, left.names, strict=True))
    without = [*matches.unmatched, *matches.unreadable]
    for left_id in without[:_SHOWN]:
        name = "".join(sign if sign.isprintable() else " " for sign in names[left_id][:_WIDEST_NAME])
        console.print(f"  no counterpart: {escape(left_id)}  {escape(name)}", soft_wrap=True)
    if len(without) > _SHOWN:
        console.print(f"  ... and {len(without) - _SHOWN:,} more")


def _warn_of_strangers(pairs: frozenset[tuple[str, str]], left: "NameList", right: "NameList") -> None:
    known = set(left.ids), set(right.ids)
    strangers = [pair for pair in pairs if pair[0] not in known[0] or pair[1] not in known[1]]
    if strangers:
        console.print(
            f"[yellow]note:[/] {len(strangers):,} of {len(pairs):,} decisions name a row that is in neither list; "
            "they were left out",
            soft_wrap=True,
        )


def _print_model(model: "Model") -> None:
    from rich.table import Table

    from pipelines.matching.evidence import evidence_names

    table = Table(title=f"What speaks for a pair of {model.kind}s, and how much", title_justify="left")
    table.add_column("evidence (0 to 1)")
    table.add_column("log odds", justify="right")
    pairs = zip(evidence_names(model.kind), model.weights, strict=True)
    for name, weight in sorted(pairs, key=lambda pair: -abs(pair[1])):
        table.add_row(name, f"{weight:+.2f}")
    table.add_row("to begin with", f"{model.intercept:+.2f}")
    console.print(table)
    console.print(
        f"Tiers: certain from {model.certain:.2f}, likely from {model.likely:.2f}, possible from {model.possible:.2f}. "
        f"Trained on: {', '.join(model.trained_on)}.",
        soft_wrap=True,
    )
