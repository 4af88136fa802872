"""The part that reading any source over HTTP has in common: each table once, proven, hashed, recorded.

`SourceReads` is subclassed once per vendor. It decides nothing about a vendor; it makes sure that a table is fetched
once although others need it too, that an inconsistent read is tried again before it counts as failed, and that every
outcome becomes a `Read`. Does not belong here: dlt (`connectors/extract.py`), HTTP, a vendor's endpoints.
"""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar, TypeVar

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from connectors.config import ApiConfig
from connectors.errors import AccessRefusedError, IncompleteReadError, SourceReadError
from connectors.http import Budget, Tally
from connectors.json_pages import quote
from connectors.reads import Mode, Plan, Progress, Read
from connectors.tables import Table

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class AccountRead:
    """How reading one vendor account went; `error` None means ok. `note` says what an ok read had to leave out."""

    account_id: str
    tally: Tally
    seconds: float
    error: SourceReadError | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class TableRows:
    """The rows of one read, complete as far as the vendor lets anyone know.

    `accounts` is None unless the table is read account by account: then it names every account tried, and `rows`
    holds the rows of those that went well.
    """

    rows: pa.Table
    mode: Mode = "full"
    declared_total: int | None = None
    accounts: Sequence[AccountRead] | None = None


Fetch = Callable[[Tally], TableRows]


@dataclass(slots=True)
class _Outcome:
    reads: list[Read] = field(default_factory=list)
    rows: TableRows | None = None
    error: SourceReadError | None = None
    to_append: pa.Table | None = None


class SourceReads:
    """One run's reading of one source. Not for sharing between runs.

    Args:
        config: the source's settings.
        plan: what the warehouse already holds.
        budget: the source's time; ends all its requests.
        progress: called as rows arrive.
    """

    system: ClassVar[str]
    tables: ClassVar[tuple[Table, ...]]

    def __init__(self, config: ApiConfig, plan: Plan, budget: Budget, progress: Progress | None = None) -> None:
        self.plan = plan
        self.budget = budget
        self._workers = config.workers
        self._progress = progress
        self._outcomes: dict[str, _Outcome] = {}

    def answers(self) -> str:
        """Ask the source for one small thing and say what answered; raises `SourceReadError` where it does not."""
        raise NotImplementedError

    def fetchers(self) -> Mapping[str, Fetch]:
        """Table name -> how to fetch it; one entry per table of the source."""
        raise NotImplementedError

    def rows(self, table: Table) -> TableRows:
        """The rows of `table`, fetched at the first call; raises the read's `SourceReadError` at every call."""
        outcome = self._outcome(table)
        if outcome.error is not None:
            raise outcome.error
        assert outcome.rows is not None, "an outcome is rows or an error"
        return outcome.rows

    def needed(self, table: Table, by: Table) -> TableRows:
        """The rows of `table` because table `by` cannot be read without them; the error then is one of `by`."""
        try:
            return self.rows(table)
        except SourceReadError as error:
            reason = f"needs {table.name}, which could not be read: {error.endpoint}: {error.reason}"
            raise SourceReadError(self.system, by.endpoint, reason) from None

    def changed_rows(self, table: Table) -> pa.Table | None:
        """The rows of `table` that the warehouse does not hold yet; None when there are none or the read failed."""
        return self._outcome(table).to_append

    def reads(self) -> tuple[Read, ...]:
        """The reads of all tables, in the order of the declarations; reads those that nobody asked for yet."""
        return tuple(read for table in self.tables for read in self._outcome(table).reads)

    def parallel(self, work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """`work` for each item, on the source's workers, results in order; the first error ends it."""
        if not items:
            return []
        with ThreadPoolExecutor(max_workers=min(self._workers, len(items))) as pool:
            futures = [pool.submit(work, item) for item in items]
            try:
                return [future.result() for future in futures]
            except BaseException:
                for future in futures:
                    future.cancel()
                raise

    def report(self, table: Table, rows: int) -> None:
        """Tell the caller how many rows of `table` have arrived."""
        if self._progress is not None:
            with contextlib.suppress(Exception):  # a broken progress bar must not lose a read
                self._progress(self.system, table.name, rows)

    def _outcome(self, table: Table) -> _Outcome:
        if table.name not in self._outcomes:
            self._outcomes[table.name] = self._fetch(table)
        return self._outcomes[table.name]

    def _fetch(self, table: Table) -> _Outcome:
        tally = Tally()
        started = time.monotonic()
        fetch = self.fetchers()[table.name]
        outcome = _Outcome()
        try:
            try:
                outcome.rows = self._checked(table, fetch(tally))
            except IncompleteReadError:
                # Lists move while they are paged; what contradicts itself twice is not believed.
                tally.retries += 1
                outcome.rows = self._checked(table, fetch(tally))
        except SourceReadError as error:
            outcome.error = error
            outcome.reads = [self._lost(table, None, tally, time.monotonic() - started, error)]
            return outcome
        self._keep(table, outcome, tally, time.monotonic() - started)
        self.report(table, outcome.rows.rows.num_rows)
        return outcome

    def _checked(self, table: Table, fetched: TableRows) -> TableRows:
        """`fetched` when its keys are unique; pages that overlap or repeat bring a key twice."""
        rows = fetched.rows
        keys = rows.select(list(table.key))
        distinct = keys.group_by(list(table.key)).aggregate([]).num_rows
        if distinct != rows.num_rows:
            reason = f"{rows.num_rows - distinct} of {rows.num_rows} rows repeat a key: pages overlap"
            raise IncompleteReadError(self.system, table.endpoint, reason)
        return fetched

    def _keep(self, table: Table, outcome: _Outcome, tally: Tally, seconds: float) -> None:
        fetched = outcome.rows
        assert fetched is not None, "only called with rows"
        hashes = content_hashes(fetched.rows, table, fetched.mode)
        accounts = fetched.accounts
        if accounts is None:
            read = self._ok(table, None, fetched, tally, seconds, hashes.get(None) or (no_rows(fetched.mode), 0))
            outcome.reads = [read]
            outcome.to_append = fetched.rows if read.rows_appended else None
            return
        for account in accounts:
            if account.error is not None:
                read = self._lost(table, account.account_id, account.tally, account.seconds, account.error)
            else:
                found = hashes.get(account.account_id) or (no_rows(fetched.mode), 0)
                read = self._ok(table, account.account_id, fetched, account.tally, account.seconds, found)
                read = replace(read, message=account.note)
            outcome.reads.append(read)
        changed = pa.array([r.account_id for r in outcome.reads if r.rows_appended], pa.string())
        if len(changed):
            assert table.account_column is not None, "accounts are read by an account column"
            outcome.to_append = fetched.rows.filter(pc.is_in(fetched.rows[table.account_column], value_set=changed))

    def _ok(
        self,
        table: Table,
        account: str | None,
        fetched: TableRows,
        tally: Tally,
        seconds: float,
        found: tuple[str, int],
    ) -> Read:
        content_hash, row_count = found
        earlier_hash, earlier_load_id = self.plan.previous.get((table.name, account), (None, None))
        # An empty incremental read changes nothing: it stands on what is there. An empty full read says "no rows".
        nothing_new = earlier_hash == content_hash or (fetched.mode == "incremental" and row_count == 0)
        return Read(
            source_system=self.system,
            table_name=table.name,
            account_id=account,
            mode=fetched.mode,
            status="ok",
            captured_at=self._clock(tally),
            row_count=row_count,
            declared_total=fetched.declared_total,
            content_hash=content_hash,
            requests=tally.requests,
            retries=tally.retries,
            seconds=round(seconds, 3),
            endpoint=table.endpoint,
            rows_appended=row_count > 0 and not nothing_new,
            earlier_load_id=earlier_load_id if nothing_new else None,
        )

    def _clock(self, tally: Tally) -> datetime:
        """The source's clock at this read. One that needed no request (all is held) stands with what it rests on.

        Our own clock would be another: a read by it could lie in the future of a run over a past day.
        """
        if tally.captured_at is not None:
            return tally.captured_at
        told = [read.captured_at for outcome in self._outcomes.values() for read in outcome.reads if read.captured_at]
        return max(told, default=tally.clock())

    def _lost(self, table: Table, account: str | None, tally: Tally, seconds: float, error: SourceReadError) -> Read:
        refused = account is not None and isinstance(error, AccessRefusedError)
        return replace(
            failed_read(self.system, table, str(error)),
            account_id=account,
            status="refused" if refused else "failed",
            captured_at=tally.captured_at,
            requests=tally.requests,
            retries=tally.retries,
            seconds=round(seconds, 3),
        )


def failed_read(system: str, table: Table, message: str) -> Read:
    """A read of `table` that brought nothing."""
    return Read(
        source_system=system,
        table_name=table.name,
        account_id=None,
        mode="full",
        status="failed",
        captured_at=None,
        row_count=0,
        declared_total=None,
        content_hash=None,
        requests=0,
        retries=0,
        seconds=0.0,
        endpoint=table.endpoint,
        message=message,
    )


def no_rows(mode: Mode) -> str:
    """The content hash of a read without rows."""
    return f"{mode}:0:0:0"


def content_hashes(rows: pa.Table, table: Table, mode: Mode) -> dict[str | None, tuple[str, int]]:
    """Content hash and row count of `rows`, by account (None where the table has no accounts).

    The hash covers the rows as received and what the connector added (a parent id), and depends neither on their order
    nor on the library's version: sums of both halves of each row's MD5. The mode is part of it, since an incremental
    read with the same rows as a full one means something else.
    """
    if not rows.num_rows:
        return {}
    account = quote(table.account_column) if table.account_column else "NULL"
    given = [quote(c.name) for c in table.columns if not c.path and c.name != table.account_column]
    content = "concat_ws(chr(31), " + ", ".join([*given, "_source_row"]) + ")"
    with _in_memory() as connection:
        connection.register("rows_read", rows.select([c for c in rows.column_names if c != "_captured_at"]))
        found = connection.execute(
            f"SELECT {account}, count(*), sum(md5_number_upper({content})), sum(md5_number_lower({content}))"  # noqa: S608
            " FROM rows_read GROUP BY 1"
        ).fetchall()
    return {row[0]: (f"{mode}:{row[1]}:{row[2]:x}:{row[3]:x}", row[1]) for row in found}


@contextlib.contextmanager
def _in_memory() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(":memory:")
    try:
        yield connection
    finally:
        connection.close()
