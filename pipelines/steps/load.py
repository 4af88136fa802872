"""The third step, once per source: load its package, check what came, record both.

Belongs here: the order of these three and the transaction around the record. Does not belong here: how rows are
written (`connectors.load`), what a good table is (`expectations`), what follows from a bad one (dbt).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import duckdb

from connectors.load import load
from connectors.reads import Extracted, Read
from connectors.registry import SYSTEMS
from connectors.tables import Table
from expectations import SUITES
from expectations.result import ExpectationResult
from expectations.runner import run as run_suite
from pipelines.home import Home
from pipelines.settings import load_settings
from pipelines.steps.begin import restore
from pipelines.steps.current import CurrentRun, current_run, settled_clock
from pipelines.warehouse.accounts import account_names
from pipelines.warehouse.connection import connect
from pipelines.warehouse.control import record_reads, record_results
from pipelines.warehouse.facts import InUse, facts, frame, state_clock
from pipelines.warehouse.writing import transaction


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of one source in this run.

    `reads` and `results` are empty for a source that is not configured or switched off; `rows_in_use` is by table;
    `account_names` are by account id, where the vendor is read account by account.
    """

    system: str
    is_configured: bool
    reads: tuple[Read, ...] = ()
    results: tuple[ExpectationResult, ...] = ()
    rows_in_use: dict[str, int] | None = None
    account_names: Mapping[str, str] = field(default_factory=dict)

    def account_words(self, account_id: str) -> str:
        """An account as people know it, with its id; the id alone where nobody named it."""
        name = self.account_names.get(account_id)
        return f"{name} ({account_id})" if name else account_id

    def told(self, read: Read) -> str:
        """What went wrong with a read, and of which account."""
        message = read.message or f"{read.endpoint}: {read.status}"
        # A folder of the inbox is its own name, which the message says.
        return (
            f"{self.account_words(read.account_id)}: {message}" if self.account_names and read.account_id else message
        )

    @property
    def problems(self) -> list[str]:
        """What went wrong, most telling first; empty when all went well."""
        reads = [self.told(read) for read in self.reads if read.status != "ok"]
        return [*dict.fromkeys(reads), *(result.message for result in self.results if not result.passed)]

    @property
    def status(self) -> str:
        """`off`, `failed`, `partial`, `suspect` (a blocking expectation failed) or `ok`, for people watching a run.

        `partial`: an account refused, or some folders of the inbox are not assessed.

        The public word on a source's health is `source_health` of the published copy, which also knows its past.
        """
        if not self.is_configured:
            return "off"
        failed = [read for read in self.reads if read.status == "failed"]
        # Of the inbox, the folders that are well stand without the others.
        is_one_folder = self.system == "exports" and all(read.account_id for read in failed)
        if failed and not (is_one_folder and len(failed) < len(self.reads)):
            return "failed"
        blocked = {result.account_id for result in self.results if result.is_blocking and not result.passed}
        if blocked and blocked >= {result.account_id for result in self.results}:
            return "suspect"
        return "partial" if blocked or any(read.status != "ok" for read in self.reads) else "ok"


def load_source(home: Home, system: str) -> Loaded:
    """Load what `extract_sources` brought from one source, check it and record it.

    Reads and results are recorded in one transaction at the end: a run killed before that leaves rows that no read
    names, which nobody looks at.

    Args:
        home: A home whose run has extracted.
        system: The source system.

    Raises:
        NoRunError: No run is in progress.
        FileNotFoundError: This run did not extract the source although it is switched on.
    """
    current = current_run(home)
    if system not in current.systems:
        return Loaded(system, is_configured=False)
    extracted: Extracted = restore(home, current.run.run_id, f"extracted-{system}")
    loaded = load(extracted, home.warehouse)
    limit_hours = getattr(load_settings(home).enabled_sources[system], "freshness_hours", 26)
    with connect(home.warehouse) as connection, transaction(connection):
        record_reads(connection, current.run.run_id, system, loaded)
        results, counts = _check(connection, current, system, [read for read, _ in loaded], limit_hours)
        record_results(connection, current.run.run_id, system, results)
        names = account_names(connection, system)
    return Loaded(system, True, tuple(read for read, _ in loaded), tuple(results), counts, names)


def _check(
    connection: duckdb.DuckDBPyConnection, current: CurrentRun, system: str, reads: list[Read], limit_hours: int
) -> tuple[list[ExpectationResult], dict[str, int]]:
    """Run the suite of every table over the rows that the run would use; of the inbox, folder by folder."""
    accepted_by = (current.accepted_by or "a person unnamed") if system in current.accept_drops else None
    results: list[ExpectationResult] = []
    counts: dict[str, int] = {}
    for table in SYSTEMS[system].tables:
        suite = SUITES[system][table.name]
        for account in _checked_apart(system, table, reads):
            clock = _clock(connection, current, system, table, reads, limit_hours, account)
            rows = InUse(system, table, clock, account=account)
            known = facts(connection, rows, current.run.run_id, limit_hours, accepted_by)
            counts[table.name] = counts.get(table.name, 0) + known.row_count
            found = run_suite(frame(connection, rows, suite.select), known, suite)
            results.extend(found if account is None else (_of_folder(result, account) for result in found))
    return results, counts


def _checked_apart(system: str, table: Table, reads: list[Read]) -> list[str | None]:
    """The folders of the inbox that were read, each to be checked by itself; else the table as a whole."""
    if system != "exports":
        return [None]
    read = sorted(r.account_id for r in reads if r.table_name == table.name and r.account_id and r.status == "ok")
    return [*read] or [None]


def _of_folder(result: ExpectationResult, folder: str) -> ExpectationResult:
    table = f"{result.source_system}.{result.table_name}"
    message = result.message.replace(f"{table}:", f"inbox/{folder} ({table}):", 1)
    return replace(result, account_id=folder, message=message)


def _clock(
    connection: duckdb.DuckDBPyConnection,
    current: CurrentRun,
    system: str,
    table: Table,
    reads: list[Read],
    limit_hours: int,
    account: str | None = None,
) -> datetime:
    """Up to when reads of a table count, as dbt has it (macro `counts_until`).

    A state counts up to the cut-off, since it has no past, and so does what the PSA bills; a dated table up to as-of.
    """
    captured = [read.captured_at for read in reads if read.status == "ok" and read.captured_at]
    at = current if current.as_of_given else current.at(settled_clock(datetime.now(UTC), captured))
    if table.is_dated:
        return at.run.as_of
    is_billing = SYSTEMS[system].role == "psa" or table.name == "billing_lines"
    return state_clock(connection, system, table, at.run, limit_hours if is_billing else None, account)
