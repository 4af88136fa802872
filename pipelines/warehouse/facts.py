"""What the warehouse already holds of a raw table: the rows in use, and the facts that expectations judge.

Belongs here: questions to `control.reads` and the raw tables that come before dbt. Does not belong here: the judgement
(`expectations`), or what follows for a client's lines (dbt, which selects the same rows in its staging models).
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb

from connectors.tables import Table

if TYPE_CHECKING:
    import pandas as pd

    from expectations.result import Facts
    from pipelines.warehouse.control import Run


@dataclass(frozen=True, slots=True)
class InUse:
    """Which rows count: of one table of one system, read no later than `clock`, optionally without one run's reads.

    `account`: the rows of this one alone, where the table is read account by account.
    """

    system: str
    table: Table
    clock: datetime
    without_run: str | None = None
    account: str | None = None

    def query(self, select: str) -> tuple[str, dict[str, object]]:
        """A query over the rows in use, and its parameters.

        Snapshot tables: the rows of the newest good read (of each account). Versions tables: of each key, its rows in
        the newest load since the last full read; rows that one load holds twice stay twice, so that a broken key is
        seen.

        Args:
            select: A select list from our own code.
        """
        table = f'raw_{self.system}."{self.table.name}"'
        account = self.table.account_column
        if self.table.mode == "snapshot":
            same_account = f' AND raw_rows."{account}" IS NOT DISTINCT FROM chosen.account_id' if account else ""
            query = (
                f"WITH {_GOOD_READS}, chosen AS (SELECT * FROM good QUALIFY row_number() OVER "  # noqa: S608  # own names
                "(PARTITION BY account_id ORDER BY captured_at DESC, position DESC) = 1) "
                f"SELECT {select} FROM {table} AS raw_rows WHERE EXISTS (SELECT 1 FROM chosen "
                f"WHERE chosen.load_id = raw_rows._dlt_load_id{same_account})"
            )
        else:
            key = ", ".join(f'"{column}"' for column in self.table.key)
            query = (
                f"WITH {_GOOD_READS}, "  # noqa: S608  # own names
                "since AS (SELECT coalesce(max(captured_at) FILTER (mode = 'full'), '-infinity') AS moment FROM good), "
                "loads AS (SELECT load_id, max(captured_at) AS read_at FROM good, since "
                "WHERE captured_at >= since.moment GROUP BY load_id) "
                f"SELECT {select} FROM (SELECT raw_rows.*, loads.read_at FROM {table} AS raw_rows "
                "JOIN loads ON loads.load_id = raw_rows._dlt_load_id) "
                f"QUALIFY rank() OVER (PARTITION BY {key} ORDER BY read_at DESC, _dlt_load_id DESC) = 1"
            )
        return query, self.parameters()

    def newest_read(self, connection: duckdb.DuckDBPyConnection) -> datetime | None:
        """When, by the source's own clock, the table was last read well; None: never."""
        row = connection.execute(
            f"WITH {_GOOD_READS} SELECT max(captured_at) FROM good",  # noqa: S608  # own text
            self.parameters(),
        ).fetchone()
        return row[0] if row else None

    def parameters(self) -> dict[str, object]:
        """The parameters of every query over these rows."""
        return {
            "system": self.system,
            "table": self.table.name,
            "clock": self.clock,
            "without": self.without_run or "",
            "account": self.account,
        }


_GOOD_READS = """good AS (
    SELECT rowid AS position, run_id, account_id, mode, captured_at, load_id, row_count, profile_hash
    FROM control.reads
    WHERE source_system = $system AND table_name = $table AND status = 'ok'
        AND captured_at <= $clock AND run_id <> $without AND ($account IS NULL OR account_id = $account)
)"""


# As in dbt's current_reads. Accounts of one table are read within one run: the last of them stands for all.
_FIRST_AFTER = """
WITH good AS (
    SELECT account_id, captured_at, table_name <> 'billing_lines' OR row_count > 0 AS tells FROM control.reads
    WHERE source_system = $system AND table_name = $table AND status = 'ok' AND captured_at <= $as_of
        AND ($account IS NULL OR account_id = $account)
),
first_after AS (
    SELECT coalesce(min(captured_at) FILTER (tells), min(captured_at)) AS read_at FROM good
    WHERE captured_at > $cutoff GROUP BY account_id
),
in_time AS (
    SELECT CASE WHEN $limit_hours IS NULL THEN $period_start ELSE $cutoff - greatest(
        to_hours($limit_hours), min(captured_at) FILTER (captured_at > $cutoff) - $cutoff
    ) END AS since FROM good WHERE tells
)
SELECT max(read_at) FROM first_after
WHERE NOT EXISTS (SELECT 1 FROM good, in_time WHERE tells AND captured_at BETWEEN since AND $cutoff)
"""


def state_clock(
    connection: duckdb.DuckDBPyConnection,
    system: str,
    table: Table,
    run: "Run",
    billing_limit: int | None = None,
    account: str | None = None,
) -> datetime:
    """Up to when reads of a state count in `run`: the cut-off, for the state has no past.

    A period that is over and that nobody read in time is compared with the first good read after it. A vendor is read
    in time in any read within the period; what is billed in one no older than `billing_limit` hours at the cut-off, or
    nearer to it than the first one after.
    """
    parameters = {
        "system": system,
        "table": table.name,
        "account": account,
        "as_of": run.as_of,
        "cutoff": run.cutoff,
        "period_start": run.period_start,
        "limit_hours": billing_limit,
    }
    row = connection.execute(_FIRST_AFTER, parameters).fetchone()
    return run.cutoff if row is None or row[0] is None else row[0].astimezone(UTC)


def frame(connection: duckdb.DuckDBPyConnection, rows: InUse, select: str) -> "pd.DataFrame":
    """The rows in use as a pandas frame of the selected columns."""
    query, parameters = rows.query(select)
    return connection.execute(query, parameters).df()


def facts(
    connection: duckdb.DuckDBPyConnection,
    rows: InUse,
    run_id: str,
    limit_hours: int,
    drop_accepted_by: str | None = None,
) -> "Facts":
    """What is known about a table besides its rows (see `expectations.result.Facts`).

    Args:
        connection: A warehouse in which the run's own reads are recorded (their transaction may still be open).
        rows: The rows in use, this run's reads included.
        run_id: The run, whose reads the table's earlier state leaves out.
        limit_hours: From which age on the rows are stale.
        drop_accepted_by: Who said for this run that fewer rows of this source are right.
    """
    from expectations.result import Facts

    newest = rows.newest_read(connection)
    declared, received = _declared(connection, rows, run_id)
    trusted = _last_trusted(connection, rows, run_id)
    previous: int | None
    if rows.table.mode == "snapshot":
        count, previous = _read_counts(connection, rows, run_id)
    else:
        # What was in use when that read had come, whatever came since.
        before = None if trusted is None else InUse(rows.system, rows.table, trusted, without_run=run_id)
        count, previous = _count(connection, rows), None if before is None else _count(connection, before)
    return Facts(
        row_count=count,
        previous_row_count=None if trusted is None else previous,
        age_hours=None if newest is None else max(0.0, (rows.clock - newest.astimezone(UTC)).total_seconds() / 3600),
        limit_hours=float(limit_hours),
        declared_total=declared,
        received_count=received,
        drop_accepted_by=drop_accepted_by,
        profile_changed=rows.account is not None and _is_profile_changed(connection, rows, run_id),
    )


def _is_profile_changed(connection: duckdb.DuckDBPyConnection, rows: InUse, run_id: str) -> bool:
    """Whether the folder's profile is another one than at its last trusted read; unknown is not changed."""
    row = connection.execute(
        f"""WITH {_GOOD_READS}
        SELECT arg_max(profile_hash, (captured_at, position)) FILTER (run_id = $run),
            arg_max(profile_hash, (captured_at, position)) FILTER ({_TRUSTED})
        FROM good""",  # noqa: S608  # own text
        {**rows.parameters(), "run": run_id},
    ).fetchone()
    return row is not None and None not in row and row[0] != row[1]


# A run vouches for a source's reads when none of them failed and nothing that blocks was found in them. A list that
# stays truncated must not become what the next run compares with.
# What is read folder by folder is vouched for folder by folder.
_TRUSTED = """run_id <> $run
    AND NOT EXISTS (
        SELECT 1 FROM control.reads AS bad
        WHERE bad.run_id = good.run_id AND bad.source_system = $system AND bad.status = 'failed'
            AND ($account IS NULL OR bad.account_id IS NULL OR bad.account_id = $account)
    )
    AND NOT EXISTS (
        SELECT 1 FROM control.expectation_results AS bad
        WHERE bad.run_id = good.run_id AND bad.source_system = $system AND bad.is_blocking AND NOT bad.passed
            AND ($account IS NULL OR bad.account_id IS NULL OR bad.account_id = $account)
    )"""


def _last_trusted(connection: duckdb.DuckDBPyConnection, rows: InUse, run_id: str) -> datetime | None:
    """When the table was last read, before this run, in a run that vouches for its source; None: never."""
    row = connection.execute(
        f"WITH {_GOOD_READS} SELECT max(captured_at) FROM good WHERE {_TRUSTED}",  # noqa: S608  # own text
        {**rows.parameters(), "run": run_id},
    ).fetchone()
    return row[0] if row else None


def _count(connection: duckdb.DuckDBPyConnection, rows: InUse) -> int:
    query, parameters = rows.query("*")
    row = connection.execute(f"SELECT count(*) FROM ({query})", parameters).fetchone()  # noqa: S608  # own text
    return int(row[0]) if row else 0


def _read_counts(connection: duckdb.DuckDBPyConnection, rows: InUse, run_id: str) -> tuple[int, int]:
    """Rows that the reads in use announce, and those of the last trusted reads before them, of a snapshot table.

    An account that has no earlier read counts the same on both sides, and one that could not be read now keeps its
    earlier read: a new tenant is no growth, a lost consent no loss.
    """
    row = connection.execute(
        f"""WITH {_GOOD_READS},
        in_use AS (
            SELECT * FROM good
            QUALIFY row_number() OVER (PARTITION BY account_id ORDER BY captured_at DESC, position DESC) = 1
        ),
        earlier AS (
            SELECT * FROM good WHERE {_TRUSTED}
            QUALIFY row_number() OVER (PARTITION BY account_id ORDER BY captured_at DESC, position DESC) = 1
        )
        SELECT
            coalesce(sum(in_use.row_count), 0),
            coalesce(sum(coalesce(earlier.row_count, in_use.row_count)), 0)
        FROM in_use LEFT JOIN earlier ON in_use.account_id IS NOT DISTINCT FROM earlier.account_id""",  # noqa: S608
        {**rows.parameters(), "run": run_id},
    ).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def _declared(connection: duckdb.DuckDBPyConnection, rows: InUse, run_id: str) -> tuple[int | None, int | None]:
    """The total that the source declared in this run's reads, and the rows received in them."""
    row = connection.execute(
        "SELECT CASE WHEN count(*) = count(declared_total) THEN sum(declared_total) END, sum(row_count) "
        "FROM control.reads WHERE run_id = ? AND source_system = ? AND table_name = ? AND status = 'ok' "
        "AND (? IS NULL OR account_id = ?)",
        [run_id, rows.system, rows.table.name, rows.account, rows.account],
    ).fetchone()
    if row is None or row[0] is None:
        return None, None
    return int(row[0]), int(row[1])
