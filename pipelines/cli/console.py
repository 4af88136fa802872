"""The terminal: one console, the exit codes, and how an error is told. No figures and no business rules."""

import os
import shutil
import sys
from enum import IntEnum
from pathlib import Path
from typing import NoReturn

import typer
from rich.console import Console
from rich.markup import escape

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


class Exit(IntEnum):
    """What the exit code of every subcommand means."""

    OK = 0
    FAILED = 1  # nothing was published; the last published copy stands
    USAGE = 2
    INCOMPLETE = 3  # published, and at least one source could not be assessed
    INTERRUPTED = 130  # stopped with Ctrl-C; as shells have it, 128 and the number of the signal


def fail(message: str, *hints: str, code: Exit = Exit.FAILED) -> NoReturn:
    """Tell what went wrong and what to do next on standard error, then leave with `code`."""
    # Never wrapped: people copy paths and commands from here.
    errors.print(f"[bold red]error:[/] {escape(message)}", soft_wrap=True)
    for hint in hints:
        errors.print(f"  {escape(hint)}", soft_wrap=True)
    raise typer.Exit(int(code))


def program() -> str:
    """How to call this program from the current folder: `tieout` where it is on PATH, else the path of the script."""
    if shutil.which("tieout"):
        return "tieout"
    script = Path(sys.executable).with_name("tieout")
    return os.path.relpath(script) if script.is_relative_to(Path.cwd()) else str(script)
