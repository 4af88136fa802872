"""The exports as a source like the others: `ExportReads`, which `connectors/registry.py` names.

Belongs here: one reading of the whole inbox, folder by folder, its content hashes, what is new in it. Does not belong
here: one folder's files (`folder.py`), load packages (`connectors/extract.py`).

Each folder is a read of its own: of one with a refused file nothing is appended, the rows of its last good read stay as
they are, and the pipeline shows that folder as not assessed. The other folders and systems are not touched by it.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

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
        """The reads of both tables, each folder by itself, in the order of the declarations."""
        return self._read()[0]

    def rows(self, table: Table) -> pa.Table | None:
        """All rows of `table` with `_source_row` and `_captured_at`; None where no folder could be read."""
        return self._read()[1].get(table.name)

    def changed_rows(self, table: Table) -> pa.Table | None:
        """The rows of `table` that the warehouse does not hold yet; None when there are none or the read failed."""
        changed = [read.account_id for read in self.reads() if read.table_name == table.name and read.rows_appended]
        rows = self.rows(table)
        if not changed or rows is None:
            return None
        return rows.filter(pc.is_in(rows["source_name"], value_set=pa.array(changed, pa.string())))

    def _read(self) -> tuple[tuple[Read, ...], Mapping[str, pa.Table]]:
        if self._outcome is None:
            started = time.monotonic()
            now = self._now or datetime.now(UTC)
            try:
                folders, refused = _read_inbox(self._config)
            except Refused as whole:
                self._outcome = (tuple(failed_read(self.system, table, str(whole)) for table in TABLES), {})
            else:
                tables = {table.name: _whole(table, folders, now) for table in TABLES} if folders else {}
                names = {folder.source_name for folder in folders} | set(refused)
                reads = [
                    *self._good(folders, tables, now, started),
                    *(
                        replace(failed_read(self.system, table, str(why)), account_id=name)
                        for table in TABLES
                        for name, why in refused.items()
                    ),
                    *self._gone(names, now),
                ]
                order = [table.name for table in TABLES]
                reads.sort(key=lambda read: (order.index(read.table_name), read.account_id or ""))
                self._outcome = (tuple(reads), tables)
        return self._outcome

    def _good(
        self, folders: list[FolderRows], tables: Mapping[str, pa.Table], now: datetime, started: float
    ) -> Iterator[Read]:
        for table in TABLES if folders else ():
            rows = tables[table.name]
            hashes = content_hashes(rows, table, "full")
            for folder in folders:
                content_hash, row_count = hashes.get(folder.source_name, (no_rows("full"), 0))
                earlier_hash, earlier_load_id = self._plan.previous.get((table.name, folder.source_name), (None, None))
                same = content_hash == earlier_hash
                # How its files were read is told once, beside the rows that came of it.
                is_told = table.name == folder.told_with
                notes = [note.of(folder.source_name) for note in folder.notes] if is_told else []
                # What every file has belongs to the notes alone.
                told = [f"{note.source}/{note}" for note in notes if note.is_particular]
                yield Read(
                    source_system=self.system,
                    table_name=table.name,
                    account_id=folder.source_name,
                    mode="full",
                    status="ok",
                    captured_at=folder.as_of or now,
                    row_count=row_count,
                    declared_total=None,
                    content_hash=content_hash,
                    requests=0,
                    retries=0,
                    seconds=round(time.monotonic() - started, 3),
                    endpoint=table.endpoint.format(source=folder.source_name),
                    message="; ".join(told) or None,
                    rows_appended=row_count > 0 and not same,
                    earlier_load_id=earlier_load_id if same else None,
                    notes=tuple(note.as_row() for note in notes),
                    profile_hash=folder.profile_hash,
                )
            if self._progress is not None:
                self._progress(self.system, table.name, rows.num_rows)

    def _gone(self, present: set[str], now: datetime) -> Iterator[Read]:
        """A folder that was read before and is not there any more has no rows; that so many are gone is checked."""
        for name, account in self._plan.previous:
            if account is not None and account not in present:
                table = next(table for table in TABLES if table.name == name)
                hash_before, earlier_load_id = self._plan.previous[name, account]
                same = hash_before == no_rows("full")
                yield Read(
                    source_system=self.system,
                    table_name=name,
                    account_id=account,
                    mode="full",
                    status="ok",
                    captured_at=now,
                    row_count=0,
                    declared_total=None,
                    content_hash=no_rows("full"),
                    requests=0,
                    retries=0,
                    seconds=0.0,
                    endpoint=table.endpoint.format(source=account),
                    message="the folder is not there any more",
                    earlier_load_id=earlier_load_id if same else None,
                )


def _read_inbox(config: ExportsConfig) -> tuple[list[FolderRows], dict[str, Refused]]:
    """What each folder holds, and why another one holds nothing that can be read, by its name."""
    inbox = config.inbox
    if inbox is None or not inbox.is_dir():
        raise Refused([Problem(str(inbox or "inbox"), "there is no inbox", "Create inbox/<source>/ in the home.")])
    aliases = load_aliases()
    folders: list[FolderRows] = []
    refused: dict[str, Refused] = {}
    strays: list[Problem] = []
    for path in sorted(inbox.iterdir()):
        if path.name.startswith("."):
            continue
        if not path.is_dir():
            if path.suffix.lower() in READABLE:
                advice = "Move it into a folder named after the system it came from: inbox/<source>/."
                strays.append(Problem(path.name, "lies outside a source folder", advice))
            continue
        try:
            _check_name(path)
            folders.append(read_folder(path, config.roles.get(path.name), aliases, config.currency))
        except Refused as why:
            refused[path.name] = Refused([_in_folder(path.name, problem) for problem in why.problems], why.more)
    if strays:
        # Whose it is, nobody can say: any folder may lack it.
        raise Refused(strays)
    if not folders and not refused:
        raise Refused(
            [Problem("inbox", "no source folder", "Drop exports into inbox/<source>/, or switch exports off.")]
        )
    for folder in folders:
        keep_originals(inbox, folder.originals)
    return folders, refused


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
