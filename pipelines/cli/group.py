"""The group of subcommands that ends in a sentence: whatever fails around a command is told without a traceback.

Belongs here: the last place that an error passes on its way out, and a usage error's text made fit for a terminal. Does
not belong here: what the sentences are (`pipelines.explain`).
"""

from typing import Any

import typer
from typer.core import TyperGroup

from pipelines.cli.console import Exit, fail, harmless
from pipelines.home import HomePathError


class PlainGroup(TyperGroup):
    """A group whose commands never end in a traceback for a fault of the disk, the storage or the home."""

    def invoke(self, ctx: Any) -> Any:
        """Invoke the command; tell what went wrong."""
        try:
            return super().invoke(ctx)
        except HomePathError as error:
            fail(str(error), code=Exit.USAGE)
        except (typer.Exit, typer.Abort):
            raise
        except Exception as error:
            from pipelines.explain import explain

            if hasattr(error, "format_message"):  # wrong usage, which typer shows
                error.message = harmless(str(getattr(error, "message", "")))  # type: ignore[attr-defined]
                raise
            said = explain(error)
            if said is None:
                raise
            fail(*said.splitlines())
