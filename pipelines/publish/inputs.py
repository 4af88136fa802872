"""What went into a run's result, as one hash: period, clock, rules, decisions, code, and the reads in use.

Belongs here: everything that may change a public row. Does not belong here: times that change none (when a read was
taken, as long as it is the read in use and within its limit).
"""

import hashlib
import json

import duckdb

from pipelines.steps.transform import sources_hash
from pipelines.warehouse.control import Run


def inputs_hash(connection: duckdb.DuckDBPyConnection, run: Run) -> str:
    """Hash of a run's inputs.

    Runs with equal hashes must have equal results (`pipelines.publish.determinism`). The clock itself is an input: a
    device grows old, a line becomes live. So only runs with a given as-of time ever have equal inputs.

    Args:
        connection: A warehouse in which the run has been computed.
        run: The run.
    """
    text = json.dumps(
        {
            "period": run.period.isoformat(),
            "timezone": run.timezone,
            "as_of": run.as_of.isoformat(),
            "default_currency": run.default_currency,
            "accept_name_score": str(run.accept_name_score),
            "version": run.version,
            "models": sources_hash(),
            "rules": run.rules_hash,
            "sources": _rows(connection, _SOURCES),
            "decisions": _rows(connection, _DECISIONS),
            "reads": _rows(connection, _READS),
            "outcomes": _rows(connection, _OUTCOMES, run.run_id),
            "expectations": _rows(connection, _EXPECTATIONS, run.run_id),
            "history": _rows(connection, _HISTORY),
            "read_days": _rows(connection, _READ_DAYS),
        },
        sort_keys=True,
    )
    return hashlib.sha256(text.encode()).hexdigest()


def _rows(connection: duckdb.DuckDBPyConnection, query: str, *parameters: str) -> list[list[str]]:
    return [[str(value) for value in row] for row in connection.execute(query, list(parameters)).fetchall()]


_SOURCES = "SELECT source_system, role, is_enabled, limit_hours FROM control.sources ORDER BY ALL"

_DECISIONS = "SELECT * FROM control.decisions ORDER BY ALL"

# The reads that dbt chose. A later read of equal content is the same input, unless its age matters: it does only
# through the limit, so whether it is beyond that stands for it.
_READS = """
SELECT DISTINCT
    reads.source_system, reads.table_name, reads.account_id, reads.mode, reads.content_hash, reads.row_count,
    reads.is_newest AND date_diff(
        'second', reads.captured_at,
        CASE WHEN sources.role = 'psa' OR sources.source_system = 'exports' THEN run.as_of ELSE run.cutoff END
    ) > sources.limit_hours * 3600 AS is_stale
FROM canonical.current_reads AS reads
JOIN control.sources AS sources USING (source_system)
CROSS JOIN control.run AS run
WHERE reads.mode = 'full' OR reads.row_count > 0
ORDER BY ALL
"""

_OUTCOMES = """
SELECT source_system, table_name, account_id, status, CASE WHEN status <> 'ok' THEN message END
FROM control.reads WHERE run_id = ? AND status <> 'ok' ORDER BY ALL
"""

_EXPECTATIONS = """
SELECT source_system, table_name, expectation FROM control.expectation_results
WHERE run_id = ? AND NOT passed ORDER BY ALL
"""

# What earlier runs said is told again (ages, changes, exposure), so it is an input of its own.
_HISTORY = """
SELECT count(*), bit_xor(hash(lines))
FROM control.line_history AS lines
JOIN control.run AS run ON lines.as_of < run.as_of
"""

# On which days of the period a source was read: what it was found to hold then counts for these days.
_READ_DAYS = """
SELECT DISTINCT
    reads.source_system, reads.table_name, CAST(reads.captured_at AT TIME ZONE run.timezone AS DATE) AS read_on
FROM control.reads AS reads
CROSS JOIN control.run AS run
WHERE reads.status = 'ok' AND reads.account_id IS NULL
    AND CAST(reads.captured_at AT TIME ZONE run.timezone AS DATE) >= run.period AND reads.captured_at <= run.cutoff
ORDER BY ALL
"""
