"""How far a run is, on the terminal: one line per source while they are read, one for what follows.

Belongs here: turning a run's progress events into bars. Does not belong here: what the steps do.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress as Bars
from rich.progress import SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from pipelines.defs.resources import Progress

_STEPS = {
    "begin": "settling period, clock and rules",
    "extract": "reading the sources",
    "load": "loading and checking",
    "settle": "settling the clock",
    "transform": "comparing (dbt)",
    "publish": "publishing the copy",
}


class _Follower:
    """Keeps one bar per step, and one per source below the step that reads."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._tasks: dict[tuple[str, str | None], TaskID] = {}
        self._rows: dict[tuple[str, str], int] = {}
        self._lock = threading.Lock()

    def __call__(self, event: Progress) -> None:
        """Show one event; called from any thread."""
        with self._lock:
            task = self._task(event.step, event.source)
            if event.kind == "finished":
                self._bars.update(task, completed=1, state="[green]done[/]")
            elif event.kind == "failed":
                self._bars.update(task, completed=1, state=f"[red]{(event.message or 'failed').splitlines()[0]}[/]")
            elif event.step == "extract" and event.source and event.table and event.rows is not None:
                self._rows[event.source, event.table] = event.rows
                total = sum(rows for (source, _), rows in self._rows.items() if source == event.source)
                self._bars.update(task, state=f"{total:,} rows")
            elif event.table:
                self._bars.update(task, state=event.table)

    def _task(self, step: str, source: str | None) -> TaskID:
        key = (step, source)
        if key not in self._tasks:
            name = f"  {source}" if source else _STEPS.get(step, step)
            self._tasks[key] = self._bars.add_task(name, total=1, state="")
        return self._tasks[key]


@contextmanager
def follow(console: Console) -> Iterator[_Follower]:
    """Bars that live as long as the block; give what it yields to `run_pipeline` as `progress`."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.fields[state]}"),
        TimeElapsedColumn(),
    )
    with Bars(*columns, console=console, transient=not console.is_terminal) as bars:
        yield _Follower(bars)
