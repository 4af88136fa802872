"""The exports as a source like the others: `ExportReads`, which `connectors/registry.py` names.

Belongs here: one read of the whole inbox, its content hashes, what is new in it. Does not belong here: one folder's
files (`folder.py`), load packages (`connectors/extract.py`).

All folders are one read, and one refused file fails it: nothing is appended, the rows of the last good read stay as
they are, and the pipeline shows the exports as not assessed. Other systems are not touched by it.
"""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import pyarrow as pa

from connectors.exports.aliases import load_aliases
from connectors.exports.config import ExportsConfig
from connectors.exports.folder import READABLE, FolderRows, keep_originals, read_folder
from connectors.exports.problems import Problem, Refused
from connectors.exports.schema import TABLES
from connectors.exports.sheet import TABLES as TABLE_OF_KIND
from connectors.json_pages import arrow_schema
from connectors.reads import Plan, Progress, Read
from connectors.source_reads import content_hashes, failed_read, no_rows
from connectors.tables import Table

# A folder of one of these names would give its rows the ids of a system that is read over its API.
_RESERVED = ("connectwise", "microsoft_graph", "pax8", "ninjaone", "exports")


class ExportReads:
    """One run's reading of the inbox: the files are read at the first question and never again. Not for sharing.

    Args:
        config: The source's settings; `inbox` must be set.
        plan: What the warehouse already holds; equal content is not appended again.
        progress: Called with the rows of each table.
        now: The time of the read; for tests.
    """

    system: ClassVar[str] = "exports"
    tables: ClassVar[tuple[Table, ...]] = TABLES

    def __init__(
        self, config: ExportsConfig, plan: Plan, progress: Progress | None = None, now: datetime | None = None
    ) -> None:
        self._config = config
        self._plan = plan
        self._progress = progress
        self._now = now
        self._outcome: tuple[tuple[Read, ...], Mapping[str, pa.Table]] | None = None

    def reads(self) -> tuple[Read, ...]:
        """The reads of both tables, in the order of the declarations."""
        return self._read()[0]

    def rows(self, table: Table) -> pa.Table | None:
        """All rows of `table` with `_source_row` and `_captured_at`; None where the read failed."""
        return self._read()[1].get(table.name)

    def changed_rows(self, table: Table) -> pa.Table | None:
        """The rows of `table` that the warehouse does not hold yet; None when there are none or the read failed."""
        appended = any(read.table_name == table.name and read.rows_appended for read in self.reads())
        return self.rows(table) if appended else None

    def _read(self) -> tuple[tuple[Read, ...], Mapping[str, pa.Table]]:
        if self._outcome is None:
            started = time.monotonic()
            now = self._now or datetime.now(UTC)
            try:
                folders = _read_inbox(self._config)
            except Refused as refused:
                self._outcome = (tuple(failed_read(self.system, table, str(refused)) for table in TABLES), {})
            else:
                self._outcome = self._ok(folders, now, started)
        return self._outcome

    def _ok(
        self, folders: list[FolderRows], now: datetime, started: float
    ) -> tuple[tuple[Read, ...], Mapping[str, pa.Table]]:
        tables = {table.name: _whole(table, folders, now) for table in TABLES}
        # The oldest export decides: the newest must not make an old one look fresh.
        captured_at = min((folder.as_of for folder in folders if folder.as_of), default=now)
        notes = [note.of(folder.source_name) for folder in folders for note in folder.notes]
        # What every file has belongs to the notes alone.
        told = [note for note in notes if note.is_particular]
        message = "; ".join(f"{note.source}/{note}" for note in told) or None
        reads = []
        for table in TABLES:
            rows = tables[table.name]
            content_hash = content_hashes(rows, table, "full").get(None, (no_rows("full"), 0))[0]
            earlier_hash, earlier_load_id = self._plan.previous.get((table.name, None), (None, None))
            same = content_hash == earlier_hash
            reads.append(
                Read(
                    source_system=self.system,
                    table_name=table.name,
                    account_id=None,
                    mode="full",
                    status="ok",
                    captured_at=captured_at,
                    row_count=rows.num_rows,
                    declared_total=None,
                    content_hash=content_hash,
                    requests=0,
                    retries=0,
                    seconds=round(time.monotonic() - started, 3),
                    endpoint=table.endpoint,
                    message=message,
                    rows_appended=rows.num_rows > 0 and not same,
                    earlier_load_id=earlier_load_id if same else None,
                    notes=tuple(note.as_row() for note in notes),
                )
            )
            if self._progress is not None:
                self._progress(self.system, table.name, rows.num_rows)
        return tuple(reads), tables


def _read_inbox(config: ExportsConfig) -> list[FolderRows]:
    inbox = config.inbox
    if inbox is None or not inbox.is_dir():
        raise Refused([Problem(str(inbox or "inbox"), "there is no inbox", "Create inbox/<source>/ in the home.")])
    aliases = load_aliases()
    folders: list[FolderRows] = []
    problems: list[Problem] = []
    more = 0
    for path in sorted(inbox.iterdir()):
        if path.name.startswith("."):
            continue
        if not path.is_dir():
            if path.suffix.lower() in READABLE:
                advice = "Move it into a folder named after the system it came from: inbox/<source>/."
                problems.append(Problem(path.name, "lies outside a source folder", advice))
            continue
        try:
            _check_name(path)
            folders.append(read_folder(path, config.roles.get(path.name), aliases, config.currency))
        except Refused as refused:
            problems.extend(_in_folder(path.name, problem) for problem in refused.problems)
            more += refused.more
    if problems:
        raise Refused(problems, more)
    if not folders:
        raise Refused(
            [Problem("inbox", "no source folder", "Drop exports into inbox/<source>/, or switch exports off.")]
        )
    for folder in folders:
        keep_originals(inbox, folder.originals)
    return folders


def _check_name(path: Path) -> None:
    name = path.name
    if name in _RESERVED:
        advice = f"Rename the folder, for instance to {name}_export."
        raise Refused([Problem(name, "is the name of a system that is read over its API", advice)])
    # The name becomes part of ids and keys, whose parts are joined by ":" and "|".
    if not (name.isascii() and name.replace("_", "").replace("-", "").isalnum() and name == name.lower()):
        advice = "Use small letters, digits, - and _ only."
        raise Refused([Problem(name, "is not usable as the name of a source", advice)])


def _in_folder(folder: str, problem: Problem) -> Problem:
    if problem.file == folder or problem.file.startswith(f"{folder}/"):
        return problem
    return Problem(
        f"{folder}/{problem.file}", problem.reason, problem.advice, problem.where, problem.column, problem.value
    )


def _whole(table: Table, folders: list[FolderRows], now: datetime) -> pa.Table:
    schema = arrow_schema(table)
    parts = []
    for folder in folders:
        for kind, found in folder.tables.items():
            if TABLE_OF_KIND[kind].name == table.name:
                for part in found:
                    at = pa.repeat(pa.scalar(folder.as_of or now, pa.timestamp("us", "UTC")), part.num_rows)
                    parts.append(part.append_column("_captured_at", at).cast(schema))
    return pa.concat_tables(parts) if parts else schema.empty_table()
