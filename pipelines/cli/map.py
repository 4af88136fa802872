"""`tieout map`: the group of commands with which people confirm mappings."""

from collections.abc import Callable

import typer

from pipelines.cli.map_decide import accept, accept_all, reject, undo
from pipelines.cli.map_files import export_workbook, import_workbook
from pipelines.cli.map_list import list_items, show

HELP = """
Confirm which vendor account is which client, and which vendor product is which product.

Each run suggests; no suggestion touches a figure before a person accepts it. An accepted pair becomes a dated line of
[bold]rules/client_map.csv[/] or [bold]rules/product_map.csv[/], a rejected one a line of
[bold]rules/rejections.csv[/] and is never suggested again. The next [bold]tieout run[/] applies both.

Start with [bold]tieout map list[/], which ranks what waits by the money on it; for many at once take
[bold]tieout map export FILE.xlsx[/], decide in a spreadsheet, and [bold]tieout map import FILE.xlsx[/].
"""
EPILOG = "Exit codes: 0 done, 1 nothing was changed, 2 wrong usage, 3 done, but rows of a workbook were refused."

app = typer.Typer(name="map", help=HELP, epilog=EPILOG, no_args_is_help=True, rich_markup_mode="rich")

_COMMANDS: dict[str, Callable[..., None]] = {
    "list": list_items,
    "show": show,
    "accept": accept,
    "reject": reject,
    "accept-all": accept_all,
    "undo": undo,
    "export": export_workbook,
    "import": import_workbook,
}
for name, command in _COMMANDS.items():
    app.command(name)(command)
