"""`tieout exports`: what the reader makes of one export, before a run uses it."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pipelines.cli.console import Exit, console, fail, program

if TYPE_CHECKING:
    from connectors.exports.folder import FolderRows

app = typer.Typer(help="Look at a file of the inbox before a run reads it.", no_args_is_help=True)
_FILE = {"exists": True, "dir_okay": False, "readable": True}
_ROWS = 5
_Kind = Literal["billing", "vendor"]  # as in connectors/exports/headers.py, which a --help need not load


@app.callback()
def _root() -> None:
    """Look at a file of the inbox before a run reads it."""


@app.command()
def profile(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The export: CSV, text or XLSX.", **_FILE)],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help="The profile to write; default: profile.toml beside the export.",
            dir_okay=False,
        ),
    ] = None,
    kind: Annotated[
        _Kind | None, typer.Option("--kind", metavar="KIND", help="billing or vendor, where the headers fit both.")
    ] = None,
    currency: Annotated[str, typer.Option("--currency", metavar="CODE", help="The MSP's own currency.")] = "USD",
    is_try: Annotated[
        bool, typer.Option("--try", help="Write nothing: show what is read with the profile that is there.")
    ] = False,
    using: Annotated[
        Path | None,
        typer.Option("--profile", metavar="FILE", help="With --try: another profile than the one beside it.", **_FILE),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a profile that is there.")] = False,
) -> None:
    """Write a profile from a look at an export, or try one.

    The profile says of each column what it is taken for; what a person must choose stands in it as comments. With --try
    the file is read as a run would read it, and rows, clients, products, sums and notes are shown. The export is never
    changed, and a profile that is there is never replaced without --force.

    Exit codes: 0 written, or read for certain; 2 refused, with place and remedy.
    """
    from connectors.exports.problems import Refused
    from connectors.exports.profile import PROFILE_NAME

    target = out or file.with_name(PROFILE_NAME)
    try:
        if is_try:
            _try(file, using or target, kind, currency)
        else:
            _write(file, target, kind, currency, force=force)
    except Refused as refused:
        first, *rest = str(refused).splitlines()
        fail(first, *rest, code=Exit.USAGE)


def _write(file: Path, target: Path, kind: _Kind | None, currency: str, *, force: bool) -> None:
    from rich.markup import escape

    from connectors.exports.suggest import suggest_profile

    if target.exists() and not force:
        fail(
            f"{target} is there already and is left as it is",
            f"try it: {program()} exports profile {file} --try",
            "replace it: the same command with --force",
            code=Exit.USAGE,
        )
    text = suggest_profile(file, kind, currency)
    target.write_text(text, encoding="utf-8")
    console.print(escape(text), soft_wrap=True)
    console.print(f"Written: [bold]{escape(str(target))}[/]", soft_wrap=True)
    console.print(f"Try it: {escape(f'{program()} exports profile {file} --try')}", soft_wrap=True)


def _try(file: Path, used: Path, kind: _Kind | None, currency: str) -> None:
    from rich.markup import escape

    from connectors.exports.suggest import try_profile

    said = used.read_text(encoding="utf-8-sig") if used.exists() else ""
    role = None if kind is None else "psa" if kind == "billing" else "vendor"
    with tempfile.TemporaryDirectory(prefix="tieout-try-") as scratch:
        folder = Path(scratch) / "try"
        folder.mkdir()
        found = try_profile(file, said, role, currency, folder)
    with_what = f"with {used}" if used.exists() else "without a profile"
    console.print(f"[bold]{escape(str(file))}[/], read {escape(with_what)}; nothing was written.", soft_wrap=True)
    _print_rows(found)
    for note in found.notes:
        console.print(f"- {escape(str(note))}", soft_wrap=True)


def _print_rows(found: "FolderRows") -> None:
    import duckdb
    import pyarrow as pa
    from rich.markup import escape
    from rich.table import Table

    from connectors.exports.problems import visible

    for kind, parts in found.tables.items():
        owner = "client" if kind == "billing" else "account"
        with duckdb.connect() as connection:
            connection.register("rows", pa.concat_tables(parts))
            side = "'billed'" if kind == "billing" else "side"
            product = "coalesce(product_code, product_name)"
            sums = connection.execute(
                f"SELECT {side}, count(*), count(not_counted), count(fault), "  # noqa: S608 - our own columns
                f"count(DISTINCT coalesce({owner}_id, lower({owner}_name))), count(DISTINCT lower({product})), "
                "coalesce(sum(quantity) FILTER (not_counted IS NULL AND fault IS NULL), 0) "
                "FROM rows GROUP BY 1 ORDER BY 1"
            ).fetchall()
            price = "unit_price" if kind == "billing" else "unit_cost"
            shown = connection.execute(
                f"SELECT coalesce({owner}_name, {owner}_id), coalesce(product_name, product_code), {side}, quantity, "  # noqa: S608
                f"{price}, currency, coalesce(not_counted, fault, '') FROM rows LIMIT {_ROWS}"
            ).fetchall()
        for name, rows, left, unclear, owners, products, total in sums:
            console.print(
                f"{name}: {rows:,} rows of {owners:,} {owner}s and {products:,} products, {left:,} not counted, "
                f"{unclear:,} not assessed; quantity of the others {total.normalize():,f}"
            )
        table = Table(title=f"The first {len(shown)} rows", title_justify="left")
        for header in (owner, "product", "side", "quantity", "price", "currency", "why it does not count"):
            table.add_column(header, overflow="fold")
        for row in shown:
            table.add_row(*(escape(visible(_cell(value))) for value in row))
        console.print(table)


def _cell(value: object) -> str:
    from decimal import Decimal

    return f"{value.normalize():,f}" if isinstance(value, Decimal) else "" if value is None else str(value)
