"""What steps get from Dagster: the home (locked for the run) and a way to tell how far they are.

Belongs here: the resource. Does not belong here: settings and secrets, which each step resolves late and by itself.
"""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, Literal

import dagster as dg

from pipelines.defs.abandoned import close_abandoned_runs, process_tag
from pipelines.home import Home

Kind = Literal["started", "advanced", "waiting", "finished", "failed"]


@dataclass(frozen=True, slots=True)
class Progress:
    """One thing that happened in a run, for whoever watches it.

    `step` is begin, extract, load, settle, transform or publish. `source` is set for what concerns one source, `table`
    where it concerns one table or model. `rows` is a count so far (extract) or in all. `message` says what went wrong,
    or what is being waited for.
    Callbacks come from several threads.
    """

    step: str
    kind: Kind
    source: str | None = None
    table: str | None = None
    rows: int | None = None
    seconds: float | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Tools:
    """The resource `tieout` of every step."""

    home: Home
    progress: Callable[[Progress], None] = field(default=lambda _: None)

    def tell(self, step: str, kind: Kind, **about: Any) -> None:
        """Report progress."""
        self.progress(Progress(step, kind, **about))


def tools(home: Home, progress: Callable[[Progress], None] | None, *, lock_held: bool) -> dg.ResourceDefinition:
    """The resource `tieout`: holds the home's lock as long as the run lives.

    Args:
        home: The home.
        progress: Told what happens.
        lock_held: The caller holds the lock already (`pipelines.run` does, to give a clear message early).
    """

    def provide(context: dg.InitResourceContext) -> Iterator[Tools]:
        with nullcontext() if lock_held else home.lock(f"run {context.run_id}"):
            if not lock_held and context.instance is not None and context.run_id:
                context.instance.add_run_tags(context.run_id, process_tag(context.run_id))
                close_abandoned_runs(context.instance, home)
            yield Tools(home, progress) if progress else Tools(home)

    return dg.ResourceDefinition(provide)
