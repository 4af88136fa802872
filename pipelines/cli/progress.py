"""How far a run is: bars on a terminal, one plain line per finished step where there is none (a log of cron or CI).

Belongs here: turning a run's progress events into either. Does not belong here: what the steps do.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.markup import escape
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
# A terminal without bars stays silent no longer than this while tables are made.
TELL_EVERY_SECONDS = 15.0
_WIDEST = max(len(name) for name in _STEPS.values())


class _Rows:
    """How many rows of each source have been read so far, over its tables; called from several threads."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[str, int]] = {}

    def add(self, event: Progress) -> int | None:
        """Note an event of reading; the source's rows so far, None for other events."""
        if event.step != "extract" or not event.source or not event.table or event.rows is None:
            return None
        tables = self._rows.setdefault(event.source, {})
        tables[event.table] = event.rows
        return sum(tables.values())

    def of(self, source: str) -> int | None:
        """Rows read of a source; None when nothing was told about it."""
        return sum(self._rows[source].values()) if source in self._rows else None


class _Follower:
    """Keeps one bar per step, and one per source below the step that reads."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._tasks: dict[tuple[str, str | None], TaskID] = {}
        self._waiting: set[str | None] = set()
        self._rows = _Rows()
        self._lock = threading.Lock()

    def __call__(self, event: Progress) -> None:
        """Show one event; called from any thread."""
        with self._lock:
            if _is_nothing(event, self._rows):
                return
            task = self._task(event.step, event.source)
            rows = self._rows.add(event)
            if event.kind == "finished":
                self._bars.update(task, completed=1, state="[green]done[/]")
                for (step, source), below in self._tasks.items():
                    # Sources have no event of their own when they are read through.
                    if step == event.step and source and event.source is None:
                        self._bars.update(below, completed=1)
                        # What it waited for came in the end.
                        if source in self._waiting:
                            self._bars.update(below, state=f"{self._rows.of(source) or 0:,} rows")
            elif event.kind == "failed":
                self._waiting.discard(event.source)
                self._bars.update(task, completed=1, state=f"[red]{_reason(event)}[/]")
            elif event.kind == "waiting":
                self._waiting.add(event.source)
                self._bars.update(task, state=f"[yellow]{_reason(event)}[/]")
            elif rows is not None:
                self._bars.update(task, state=f"{rows:,} rows")
            elif event.table:
                self._bars.update(task, state=escape(event.table))

    def _task(self, step: str, source: str | None) -> TaskID:
        key = (step, source)
        if key not in self._tasks:
            name = f"  {source}" if source else _STEPS.get(step, step)
            self._tasks[key] = self._bars.add_task(name, total=1, state="")
        return self._tasks[key]


class _Lines:
    """Prints a line when a step, or a source within it, has ended, and when one keeps the run waiting."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._rows = _Rows()
        self._lock = threading.Lock()
        self._built = 0
        self._told_at = monotonic()

    def __call__(self, event: Progress) -> None:
        """Note one event; called from any thread."""
        with self._lock:
            self._rows.add(event)
            if event.step == "transform" and event.kind == "advanced":
                self._tell_how_far(event)
                return
            if event.kind not in ("waiting", "finished", "failed") or _is_nothing(event, self._rows):
                return
            self._told_at = monotonic()
            name = _STEPS.get(event.step, event.step)
            parts = [name.ljust(_WIDEST) if event.source is None else f"{name.ljust(_WIDEST)} {event.source}:"]
            if event.kind in ("failed", "waiting"):
                parts.append(_reason(event))
            elif event.rows is not None:
                parts.append(f"{event.rows:,} rows")
            if event.seconds is not None and event.kind != "waiting":
                parts.append(f"{event.seconds:.1f} s")
            self._console.print(" ".join(parts), soft_wrap=True)

    def _tell_how_far(self, event: Progress) -> None:
        """The longest step has no end of its parts to tell: after a while, how many tables it has made."""
        self._built += 1
        if monotonic() - self._told_at >= TELL_EVERY_SECONDS:
            self._told_at = monotonic()
            self._console.print(f"{_STEPS[event.step].ljust(_WIDEST)} {self._built} tables so far", soft_wrap=True)


def _is_nothing(event: Progress, rows: _Rows) -> bool:
    """Whether this is the turn of a source that is not configured: nothing of it was read, and nothing went wrong."""
    unread = event.step == "load" and event.source is not None and rows.of(event.source) is None
    return unread and event.kind != "failed" and not event.rows


def _reason(event: Progress) -> str:
    """What went wrong, in one line that markup cannot spoil."""
    lines = (event.message or "").strip().splitlines()
    return escape(lines[0]) if lines else "failed"


@contextmanager
def follow(console: Console) -> Iterator[Callable[[Progress], None]]:
    """Follow a run for the length of the block; give what it yields to `run_pipeline` as `progress`."""
    if not console.is_interactive:
        yield _Lines(console)
        return
    columns = (
        SpinnerColumn(finished_text=" "),
        TextColumn("{task.description}"),
        TextColumn("{task.fields[state]}"),
        TimeElapsedColumn(),
    )
    with Bars(*columns, console=console) as bars:
        yield _Follower(bars)


@contextmanager
def busy(console: Console, what: str) -> Iterator[None]:
    """Say what is going on: with a spinner on a terminal, as a line of text elsewhere."""
    if console.is_interactive:
        with console.status(what):
            yield
    else:
        console.print(what, soft_wrap=True)
        yield
