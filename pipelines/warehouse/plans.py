"""What the warehouse already holds of a source, told to its connector before it reads: `connectors.reads.Plan`.

Belongs here: the questions to `control.reads` and the raw tables. Does not belong here: what a connector makes of the
answer.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import duckdb

from connectors.reads import Plan
from connectors.tables import Table
from pipelines.warehouse.facts import InUse

# An incremental read never sees a row that was deleted outright. Reading everything once a week bounds how long such a
# row can linger; on the six days between, a run reads only what changed.
FULL_READ_EVERY = timedelta(days=7)

# Which column tells what is held of a table, where it is not the table's key: the items of an invoice come together.
HELD_BY = {("pax8", "invoice_items"): "invoice_id"}

_ALWAYS = datetime(9999, 12, 31, tzinfo=UTC)


def build_plan(connection: duckdb.DuckDBPyConnection, system: str, tables: Sequence[Table]) -> Plan:
    """The plan of one source.

    Args:
        connection: An open warehouse that has the control and raw tables.
        system: The source system.
        tables: Its declared raw tables.

    Returns:
        An empty plan (read everything) for a source that was never read well.
    """
    newest = connection.execute(
        "SELECT table_name, account_id, content_hash, load_id FROM control.reads "
        "WHERE source_system = ? AND status = 'ok' AND content_hash IS NOT NULL AND load_id IS NOT NULL "
        "QUALIFY row_number() OVER (PARTITION BY table_name, account_id ORDER BY captured_at DESC, rowid DESC) = 1",
        [system],
    ).fetchall()
    moments = {
        name: (last.astimezone(UTC), last_full.astimezone(UTC))
        for name, last, last_full in connection.execute(
            "SELECT table_name, max(captured_at), max(captured_at) FILTER (mode = 'full') FROM control.reads "
            "WHERE source_system = ? AND status = 'ok' GROUP BY table_name "
            "HAVING max(captured_at) FILTER (mode = 'full') IS NOT NULL",
            [system],
        ).fetchall()
    }
    versions = [table for table in tables if table.mode == "versions" and table.name in moments]
    return Plan(
        previous={(name, account): (content, load) for name, account, content, load in newest},
        cursors={table.name: moments[table.name][0] for table in versions},
        full_tables=frozenset(
            table.name for table in versions if moments[table.name][0] - moments[table.name][1] >= FULL_READ_EVERY
        ),
        held={table.name: _held(connection, system, table) for table in versions},
    )


def _held(connection: duckdb.DuckDBPyConnection, system: str, table: Table) -> frozenset[str]:
    column = HELD_BY.get((system, table.name), table.key[0])
    query, parameters = InUse(system, table, _ALWAYS).query(f'DISTINCT CAST("{column}" AS VARCHAR)')
    return frozenset(row[0] for row in connection.execute(query, parameters).fetchall())
