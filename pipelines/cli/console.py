"""The terminal: one console, the exit codes, and how an error is told. No figures and no business rules."""

import os
import re
import shutil
import sys
from collections.abc import Iterable
from enum import IntEnum
from pathlib import Path
from typing import NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.segment import Segment

# What a terminal obeys instead of showing it: control letters but the line end, and those that turn the direction of
# writing or end a line unseen.
_STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def harmless(text: str) -> str:
    """The text as it may be written to a terminal: what would steer it is shown in its escaped form."""
    return _STEERING.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


class SafeConsole(Console):
    """A console that no name of a client, a file or a product can steer, whatever it is printed with.

    Everything printed passes here as segments, whose text is what somebody wrote; colours and the movements of a
    progress bar are added by rich itself.
    """

    def _render_buffer(self, buffer: Iterable[Segment]) -> str:
        return super()._render_buffer(
            segment if segment.control else Segment(harmless(segment.text), segment.style) for segment in buffer
        )


console = SafeConsole(highlight=False)
errors = SafeConsole(stderr=True, highlight=False)


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
