"""`tieout map export` and `import`: many decisions at once, in a spreadsheet."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from pipelines.cli.console import Exit, console, fail, program
from pipelines.cli.map_decide import print_counting
from pipelines.cli.map_options import ByOption, open_queue, refuse
from pipelines.cli.options import DEFAULT_HOME, HomeOption, open_home
from pipelines.home import HomeBusyError
from pipelines.person import login_user

_SHOWN = 50


def export_workbook(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="The workbook to write.", dir_okay=False)],
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Write everything that waits to a workbook: one sheet for accounts, one for products, ranked, with suggestions.

    Fill in the column Decision (accept, reject, or blank for another day), Target where it is not the first
    suggestion, and Reason where the target was not suggested. Then: tieout map import FILE.xlsx
    """
    from pipelines.cli.progress import busy
    from pipelines.mapping.workbook import write_workbook

    if file.suffix.lower() != ".xlsx":
        fail(f"{file}: the name of a workbook ends in .xlsx", code=Exit.USAGE)
    queue = open_queue(open_home(home))
    try:
        with busy(console, f"writing {len(queue.items):,} rows"):
            write_workbook(queue, file)
    except OSError as error:
        fail(f"{file} cannot be written: {error}")
    console.print(f"Workbook: [bold]{escape(str(file))}[/]. When it is decided:", soft_wrap=True)
    console.print(f"  {program()} map import {escape(str(file))} --home {escape(str(home))}", soft_wrap=True)


def import_workbook(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.xlsx", help="The workbook with decisions.", exists=True, dir_okay=False)
    ],
    home: HomeOption = DEFAULT_HOME,
    by: ByOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and change nothing.")] = False,
) -> None:
    """Take the decisions of a workbook. Only decisions are read back; no other cell changes anything.

    A malformed row (an unknown word, an unknown target, a reason missing) refuses the whole file, each row named. A row
    that is stale, because its account was mapped, renamed or matched anew since the export, is refused alone, and the
    exit code is then 3. Importing a file twice changes nothing the second time. One undo takes the whole file back.
    """
    from pipelines.cli.progress import busy
    from pipelines.mapping.decide import decide
    from pipelines.mapping.refusals import MappingRefusedError
    from pipelines.mapping.workbook_import import read_workbook

    opened = open_home(home)
    queue = open_queue(opened)
    try:
        with busy(console, "reading the workbook"):
            read = read_workbook(file, queue)
        accepted = sum(one.action == "accept" for one in read.decisions)
        taken = []
        if read.decisions and not dry_run:
            taken = decide(opened, queue, read.decisions, login_user() if by is None else by)
    except (MappingRefusedError, HomeBusyError, OSError) as error:
        refuse(error)
    would = "would be " if dry_run else ""
    console.print(
        f"{would}accepted {accepted:,}, {would}rejected {len(read.decisions) - accepted:,}, "
        f"{read.already:,} held already, {read.blank:,} left for another day, {len(read.refused):,} refused",
        soft_wrap=True,
    )
    for one in read.refused[:_SHOWN]:
        console.print(f"  [yellow]refused[/] {one.place} ({escape(one.name)}): {escape(one.reason)}", soft_wrap=True)
    if len(read.refused) > _SHOWN:
        console.print(f"  ... and {len(read.refused) - _SHOWN:,} more")
    print_counting(taken)
    if read.decisions and not dry_run:
        console.print(
            f"They hold from the next run on: {program()} run --home {escape(str(opened.path))}", soft_wrap=True
        )
    if read.refused:
        raise typer.Exit(int(Exit.INCOMPLETE))
