"""What the pipeline writes about itself: the run, its sources, reads, expectation results and publications.

Belongs here: writers of schema control, as single transactions. Does not belong here: the tables' definition
(`control.sql`), what the values mean for assessment (dbt), raw rows (`connectors.load`).
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import duckdb

from pipelines.warehouse.writing import insert, transaction

if TYPE_CHECKING:
    from connectors.reads import Read
    from expectations.result import ExpectationResult

READ_COLUMNS = (
    "source_system",
    "table_name",
    "account_id",
    "mode",
    "status",
    "captured_at",
    "row_count",
    "declared_total",
    "content_hash",
    "requests",
    "retries",
    "seconds",
    "endpoint",
    "message",
    "profile_hash",
)
RESULT_COLUMNS = (
    "source_system",
    "table_name",
    "expectation",
    "is_blocking",
    "passed",
    "observed",
    "unexpected_count",
    "sample",
    "message",
    "account_id",
)


@dataclass(frozen=True, slots=True)
class Run:
    """One run's period and clock; the single row of `control.run`.

    `period` is the first day of the billing month; `cutoff` is the moment and `cutoff_date` the last day whose state
    counts. Moments are UTC; months and days are those of `timezone`, the home's own.
    """

    run_id: str
    period: date
    as_of: datetime
    default_currency: str
    accept_name_score: Decimal | None
    version: str
    rules_hash: str
    timezone: str = "UTC"

    @property
    def period_end(self) -> date:
        """First day of the next month (the period is half-open)."""
        return (self.period.replace(day=28) + timedelta(days=4)).replace(day=1)

    @property
    def period_start(self) -> datetime:
        """The first moment of the period."""
        return datetime(self.period.year, self.period.month, 1, tzinfo=ZoneInfo(self.timezone))

    @property
    def cutoff(self) -> datetime:
        """The run's clock, but never later than the end of the period."""
        return min(self.as_of, datetime(self.period_end.year, self.period_end.month, 1, tzinfo=ZoneInfo(self.timezone)))

    @property
    def cutoff_date(self) -> date:
        """The day of `as_of`, or the last day of the period once that is over."""
        return min(self.as_of.astimezone(ZoneInfo(self.timezone)).date(), self.period_end - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One configured system in `control.sources`."""

    source_system: str
    role: str
    is_enabled: bool
    limit_hours: int


def write_run(connection: duckdb.DuckDBPyConnection, run: Run) -> None:
    """Replace the row of `control.run`."""
    with transaction(connection):
        connection.execute("DELETE FROM control.run")
        connection.execute(
            "INSERT INTO control.run BY NAME SELECT $run_id AS run_id, $period::DATE AS period, "
            "$period_end::DATE AS period_end, $as_of::TIMESTAMPTZ AS as_of, $cutoff::TIMESTAMPTZ AS cutoff, "
            "$cutoff_date::DATE AS cutoff_date, $default_currency AS default_currency, "
            "$accept_name_score::DECIMAL(4, 3) AS accept_name_score, $version AS version, $rules_hash AS rules_hash, "
            "$timezone AS timezone",
            {
                "run_id": run.run_id,
                "period": run.period,
                "period_end": run.period_end,
                "as_of": run.as_of,
                "cutoff": run.cutoff,
                "cutoff_date": run.cutoff_date,
                "default_currency": run.default_currency,
                "accept_name_score": run.accept_name_score,
                "version": run.version,
                "rules_hash": run.rules_hash,
                "timezone": run.timezone,
            },
        )


def write_sources(connection: duckdb.DuckDBPyConnection, rows: Sequence[SourceRow]) -> None:
    """Replace `control.sources`."""
    with transaction(connection):
        connection.execute("DELETE FROM control.sources")
        insert(connection, "control.sources", [asdict(row) for row in rows])


def record_reads(
    connection: duckdb.DuckDBPyConnection, run_id: str, system: str, reads: "Sequence[tuple[Read, str | None]]"
) -> None:
    """Append what one source's load read. Call it within the transaction that also records the expectations.

    Until that has happened the loaded rows count for nothing: dbt chooses rows through `control.reads`. A run killed
    before it leaves rows that nobody looks at.

    Args:
        connection: An open warehouse.
        run_id: The run.
        system: The source system.
        reads: Every read with the load id that holds its rows (None where it failed).
    """
    # The same step may run again in the same run (retried from the UI): the later attempt replaces the earlier.
    connection.execute("DELETE FROM control.reads WHERE run_id = ? AND source_system = ?", [run_id, system])
    insert(
        connection,
        "control.reads",
        [
            {
                "run_id": run_id,
                "load_id": load_id if read.status == "ok" else None,
                **_values(read, READ_COLUMNS),
                "notes": json.dumps(read.notes, ensure_ascii=False) if read.notes else None,
            }
            for read, load_id in reads
        ],
    )


# What a whole read of the inbox brought, folder by folder.
_BY_FOLDER = """
INSERT INTO control.reads BY NAME
SELECT reads.* REPLACE (rows.source_name AS account_id, rows.row_count AS row_count, NULL AS content_hash)
FROM control.reads AS reads JOIN ({rows}) AS rows
    ON rows.table_name = reads.table_name AND rows.load_id = reads.load_id
WHERE reads.source_system = 'exports' AND reads.account_id IS NULL AND reads.status = 'ok'
"""


def read_by_folder(connection: duckdb.DuckDBPyConnection, tables: Sequence[str]) -> None:
    """Give each inbox folder its own reads where a warehouse of an older version read the inbox as a whole.

    Args:
        connection: An open warehouse.
        tables: The raw tables of the exports, which are there.
    """
    rows = " UNION ALL ".join(
        f"SELECT '{table}' AS table_name, _dlt_load_id AS load_id, source_name, count(*) AS row_count "  # noqa: S608
        f"FROM raw_exports.{table} GROUP BY ALL"
        for table in tables
    )
    whole = "source_system = 'exports' AND account_id IS NULL AND status = 'ok'"
    with transaction(connection):
        if connection.execute(f"SELECT count(*) FROM control.reads WHERE {whole}").fetchall()[0][0]:  # noqa: S608
            connection.execute(_BY_FOLDER.format(rows=rows))
            connection.execute(f"DELETE FROM control.reads WHERE {whole}")  # noqa: S608


def record_results(
    connection: duckdb.DuckDBPyConnection, run_id: str, system: str, results: "Sequence[ExpectationResult]"
) -> None:
    """Append what the expectations of one source found; replaces an earlier attempt of the same run."""
    connection.execute(
        "DELETE FROM control.expectation_results WHERE run_id = ? AND source_system = ?", [run_id, system]
    )
    insert(
        connection,
        "control.expectation_results",
        [{"run_id": run_id, **_values(result, RESULT_COLUMNS)} for result in results],
    )


def record_publication(
    connection: duckdb.DuckDBPyConnection, run: Run, published_at: datetime, result_hash: str, inputs_hash: str
) -> None:
    """Append one row to `control.published_runs`."""
    connection.execute(
        "INSERT INTO control.published_runs (run_id, period, as_of, published_at, result_hash, inputs_hash) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        [run.run_id, run.period, run.as_of, published_at, result_hash, inputs_hash],
    )


def _values(record: object, columns: Sequence[str]) -> dict[str, Any]:
    return {column: getattr(record, column) for column in columns}
