"""`tieout audit`: two exports, no configuration, one ranked list and one workbook."""

import tempfile
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.console import Exit, console, fail
from pipelines.cli.options import PeriodOption, parse_period

if TYPE_CHECKING:
    from pipelines.audit.matches import Matches

_SHOWN = 25
_NOTES = 8  # of each file
_FILE = {"exists": True, "dir_okay": False, "readable": True}


def audit(
    psa: Annotated[
        Path, typer.Option("--psa", metavar="FILE", help="What is billed: the PSA's export, CSV or XLSX.", **_FILE)
    ],
    vendor: Annotated[
        Path, typer.Option("--vendor", metavar="FILE", help="What exists: the vendor's export, CSV or XLSX.", **_FILE)
    ],
    period: PeriodOption = None,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The workbook to write.", dir_okay=False)] = Path(
        "audit.xlsx"
    ),
    accept_above: Annotated[
        float,
        typer.Option(
            "--accept-above",
            metavar="SCORE",
            min=0.5,
            max=1.0,
            help="Accept names at or above this score (0.5 to 1) for this audit. 1: what is equal or certain.",
        ),
    ] = 1.0,
    currency: Annotated[
        str, typer.Option("--currency", metavar="CODE", help="ISO code for rows that name no currency.")
    ] = "USD",
    psa_profile: Annotated[
        Path | None,
        typer.Option("--psa-profile", metavar="FILE", help="A profile.toml that maps the PSA file's columns.", **_FILE),
    ] = None,
    vendor_profile: Annotated[
        Path | None,
        typer.Option("--vendor-profile", metavar="FILE", help="The same for the vendor's file.", **_FILE),
    ] = None,
    home: Annotated[
        Path | None,
        typer.Option(
            "--home", help="Keep everything in this folder; default: a temporary one that is removed.", file_okay=False
        ),
    ] = None,
) -> None:
    """Compare two exports and rank what does not agree. Needs no configuration and no network.

    The columns are recognised by their usual names; a file that cannot be read for certain is refused with the place,
    the value and what to do. Clients and products match here where their ids or names are equal, where both certainly
    mean the same, or where the matching engine finds it likely and nothing else comes close (--accept-above takes
    less). Money that rests on a likely match stands apart. What does not match is listed with its nearest suggestion
    and is in no money total.

    A product counts by what the vendor's file holds: seats owned, used, or charged. Nothing is sent anywhere and
    neither file is changed.
    """
    from pipelines.audit.home import AuditRefusedError
    from pipelines.audit.matches import read_matches
    from pipelines.audit.run import AuditFailedError, run_audit
    from pipelines.cli.render import print_file_notes, print_summary
    from pipelines.home import Home, HomeBusyError
    from pipelines.reports.summary import read_summary

    if len(currency) != 3 or not (currency.isascii() and currency.isalpha() and currency.isupper()):
        raise typer.BadParameter(f"'{currency}' is not three capital letters", param_hint="--currency")
    month = parse_period(period)
    with ExitStack() as stack:
        folder = home or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tieout-audit-"))) / "home"
        try:
            with console.status("starting") as status:
                done = run_audit(
                    psa,
                    vendor,
                    out,
                    Home(folder),
                    period=month,
                    accept_above=Decimal(str(accept_above)),
                    currency=currency,
                    psa_profile=psa_profile,
                    vendor_profile=vendor_profile,
                    progress=lambda words: status.update(f"{words} ..."),
                )
        except AuditRefusedError as error:
            first, *rest = str(error).splitlines()
            fail(first, *rest, code=Exit.USAGE)
        except (AuditFailedError, HomeBusyError, OSError) as error:
            first, *rest = str(error).splitlines() or [type(error).__name__]
            fail(first, *rest)
        summary = read_summary(done.published, largest=_SHOWN)
        print_summary(console, summary, with_files=False, confirm_by=None)
        print_file_notes(
            console, summary.file_notes, most=_NOTES, rest="sheet Files read of the workbook", with_columns=True
        )
        _print_matches(read_matches(done.published), accept_above)
        console.print(f"Workbook: [bold]{done.workbook}[/] (written in {done.seconds:.0f} s)", soft_wrap=True)
        if home is not None:
            console.print(f"Tables: [bold]{done.published}[/] (open it read-only at any time)", soft_wrap=True)


def _print_matches(matches: "Matches", accept_above: float) -> None:
    from rich.markup import escape
    from rich.table import Table

    told = [
        f"{matches.count(what):,} {what}s ({matches.count(what, 'certain'):,} certain, "
        f"{matches.count(what, 'likely'):,} likely)"
        for what in ("account", "product")
    ]
    accepted = "" if accept_above >= 1 else f" Likely holds all that scores {accept_above:g} or more, too."
    console.print(
        f"\n[bold]Matches[/]: {' and '.join(told)}, for this audit only. Certain: equal ids or names, or names that "
        f"certainly mean the same. Likely: what the matching engine suggests without a rival; look at each before you "
        f"act on its figures.{accepted}"
    )
    _print_money(matches)
    likely = [one for one in matches.matched if one.certainty == "likely"]
    if likely:
        table = Table(title="Likely matches, and by which evidence", title_justify="left")
        for name in ("what", "name in the vendor's file", "taken for", "evidence"):
            table.add_column(name, overflow="fold")
        for one in likely[:_SHOWN]:
            table.add_row(one.what, escape(one.name), escape(one.matched_to), escape(one.evidence))
        console.print(table)
        if len(likely) > _SHOWN:
            console.print(f"... and {len(likely) - _SHOWN:,} more: sheet Matches of the workbook")
    if not matches.unmatched:
        return
    table = Table(title="Not matched, and in no money total", title_justify="left")
    for name, justify in (("what", "left"), ("name in the vendor's file", "left"), ("quantity", "right")):
        table.add_column(name, justify=justify, overflow="fold")  # type: ignore[arg-type]  # rich types it as a Literal
    table.add_column("nearest in the PSA", overflow="fold")
    for row in matches.unmatched[:_SHOWN]:
        table.add_row(
            row.what,
            escape(row.name),
            "" if row.quantity is None else f"{row.quantity.normalize():,f}",
            "" if row.suggestion is None else escape(f"{row.suggestion} ({row.score:.0%})"),
        )
    console.print(table)
    if len(matches.unmatched) > _SHOWN:
        console.print(f"... and {len(matches.unmatched) - _SHOWN:,} more: sheet Unmapped of the workbook")


def _print_money(matches: "Matches") -> None:
    """Money by what it rests on: what is likely never counts as certain."""
    from rich.table import Table

    from pipelines.cli.render import money

    table = Table(title="Money a month, by the matches that it rests on", title_justify="left")
    table.add_column("matches")
    for name in ("currency", "lines", "underbilled", "overbilled"):
        table.add_column(name, justify="right")
    for row in matches.money:
        amounts = (money(one, row.currency) for one in (row.underbilled, row.overbilled))
        table.add_row(row.certainty, row.currency or "", f"{row.lines:,}", *amounts)
    if matches.money:
        console.print(table)
