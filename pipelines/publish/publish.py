"""May this run be published, and if so: do it.

Belongs here: the gate (tie-out, determinism) and the order of steps that leaves either the old copy or the new one.
Does not belong here: copying, hashing, computing.
"""

import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import duckdb

from pipelines.home import Home
from pipelines.publish.copy import TEMPORARY_PREFIX, attached_copy, put_in_place, write_in_place
from pipelines.publish.determinism import record_tables, tables_that_differ
from pipelines.publish.hashing import TableHash, result_hash, table_hashes
from pipelines.publish.inputs import inputs_hash
from pipelines.publish.kept import TABLE, add_table, mark_kept, published_words, why_too_little_was_read
from pipelines.rules import dangling
from pipelines.steps.current import current_run
from pipelines.warehouse.connection import connect
from pipelines.warehouse.control import Run, record_publication
from pipelines.warehouse.history import record_lines
from pipelines.warehouse.writing import transaction

SCHEMA = "analytics"
NAMED_FAILURES = 5


class NotPublishedError(RuntimeError):
    """The run's result must not be published; the last published copy stands. The message says why."""


@dataclass(frozen=True, slots=True)
class Published:
    """What was published.

    `rule_warnings` are rules that name what the PSA does not have, each with file and line: they do nothing, and a
    person who wrote one should hear of it.
    """

    run: Run
    published_at: datetime
    result_hash: str
    inputs_hash: str
    tables: tuple[TableHash, ...]
    sources: tuple[dict[str, Any], ...]
    rule_warnings: tuple[str, ...] = ()


def publish(home: Home) -> Published:
    """Publish the run in progress, and end it.

    A run that is refused leaves its mark on the copy that stands.

    Raises:
        NotPublishedError: A tie-out rule does not hold, equal inputs gave another result before, or the run could read
            too little to replace a copy that is there.
    """
    run = current_run(home).run
    try:
        return _publish(home, run)
    except NotPublishedError as refusal:
        mark_kept(home, run, str(refusal))
        raise


def _publish(home: Home, run: Run) -> Published:
    temporary = home.published_folder / f"{TEMPORARY_PREFIX}{run.run_id}.duckdb"
    temporary.unlink(missing_ok=True)
    with connect(home.warehouse) as connection:
        _refuse_unless_read(connection, home)
        _refuse_unless_tied_out(connection)
        tables = table_hashes(connection, SCHEMA, run.run_id)
        inputs = inputs_hash(connection, run)
        _refuse_unless_deterministic(connection, inputs, tables)
        with attached_copy(connection, temporary, SCHEMA) as copy:
            _record_determinism(connection, copy, run, tables)
            add_table(connection, f"{copy}.{SCHEMA}")
        put_in_place(temporary, home.published)
        published = Published(
            run=run,
            published_at=datetime.now(UTC),
            result_hash=result_hash(tables),
            inputs_hash=inputs,
            tables=tuple(tables),
            sources=tuple(source_states(connection)),
            rule_warnings=tuple(str(warning) for warning in dangling(connection)),
        )
        # After the rename: a run killed in between is published and unrecorded, never recorded and unpublished.
        with transaction(connection):
            record_publication(connection, run, published.published_at, published.result_hash, published.inputs_hash)
            record_tables(connection, run.run_id, tables)
            record_lines(connection, run.run_id)
    write_in_place(json.dumps(summary(published), indent=1) + "\n", home.published_summary)
    _end(home, run)
    return published


def summary(published: Published) -> dict[str, Any]:
    """The content of `published/run.json`."""
    return {
        "run_id": published.run.run_id,
        "period": published.run.period.isoformat(),
        "as_of": published.run.as_of.isoformat(),
        "published_at": published.published_at.isoformat(timespec="seconds"),
        "result_hash": published.result_hash,
        "inputs_hash": published.inputs_hash,
        "version": published.run.version,
        "rules_hash": published.run.rules_hash,
        "tables": {table.table_name: table.row_count for table in published.tables},
        "sources": [
            {key: value.isoformat() if isinstance(value, datetime) else value for key, value in source.items()}
            for source in published.sources
        ],
        "rule_warnings": list(published.rule_warnings),
        TABLE: [],
    }


def source_states(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Each source's row of `source_health`: status, rows, last success and message."""
    cursor = connection.execute(
        "SELECT source_system, status, row_count, last_success_at, message, is_acknowledged "
        "FROM analytics.source_health ORDER BY source_system"
    )
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _refuse_unless_read(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    """A first copy is published whatever was read: there is none to keep, and it says what failed."""
    reason = why_too_little_was_read(connection) if home.published.exists() else None
    if reason:
        raise NotPublishedError(f"{reason}. Nothing is published; {published_words(home)}")


def _refuse_unless_tied_out(connection: duckdb.DuckDBPyConnection) -> None:
    failed = connection.execute(
        "SELECT rule, concat_ws(' ', source_system, subject, currency), left_total, right_total, difference "
        "FROM analytics.tie_out WHERE NOT passed ORDER BY ALL"
    ).fetchall()
    if failed:
        lines = [
            f"{rule}: {about}: {left} against {right}, difference {difference}"
            for rule, about, left, right, difference in failed[:NAMED_FAILURES]
        ]
        more = f"\nand {len(failed) - NAMED_FAILURES} more (analytics.tie_out)" if len(failed) > NAMED_FAILURES else ""
        raise NotPublishedError(
            "tie-out does not hold, so nothing is published and the last copy stands:\n" + "\n".join(lines) + more
        )


def _refuse_unless_deterministic(connection: duckdb.DuckDBPyConnection, inputs: str, tables: list[TableHash]) -> None:
    earlier, differing = tables_that_differ(connection, inputs, tables)
    if differing:
        raise NotPublishedError(
            f"the same inputs, rules and version gave another result in run {earlier}, so nothing is published and the "
            f"last copy stands. Tables that differ: {'; '.join(differing)}"
        )


def _record_determinism(connection: duckdb.DuckDBPyConnection, copy: str, run: Run, tables: list[TableHash]) -> None:
    """Add the rule's own row to the copy's tie-out: it can only be judged when all tables stand."""
    connection.execute(
        f"""INSERT INTO {copy}.analytics.tie_out BY NAME SELECT 'determinism' AS rule, ?::DATE AS period,
        'public tables hashed, and equal to any published run of equal inputs' AS subject,
        ? AS left_total, ? AS right_total, 0 AS difference, true AS passed""",  # own name
        [run.period, len(tables), len(tables)],
    )


def _end(home: Home, run: Run) -> None:
    """The run is over: its hand-over files must not serve another step."""
    home.current_run.unlink(missing_ok=True)
    shutil.rmtree(home.run_folder(run.run_id), ignore_errors=True)
