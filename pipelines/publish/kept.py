"""A run that must not replace the published copy: why not, and how the copy that stands says so.

Belongs here: whether a run read enough to be told, and the mark on the copy that is kept. Does not belong here: the
other gates (`pipelines.publish.publish`), copying.
"""

import json
import os
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from pipelines.home import Home
from pipelines.publish.copy import TEMPORARY_PREFIX, put_in_place, write_in_place
from pipelines.warehouse.control import Run

# The table of the copy, and the key of `run.json`, that tell of runs which left the copy as it was.
TABLE = "unpublished_runs"

_CREATE = (
    "CREATE TABLE IF NOT EXISTS {schema}.unpublished_runs (run_id VARCHAR NOT NULL, period DATE NOT NULL, "
    "as_of TIMESTAMPTZ NOT NULL, ended_at TIMESTAMPTZ NOT NULL, reason VARCHAR NOT NULL)"
)
_COMMENT = (
    "COMMENT ON TABLE {schema}.unpublished_runs IS 'Later runs that did not replace this copy, and why; empty while "
    "the copy is of the newest run. Grain: one row per run.'"
)
_SOURCES = "SELECT source_system, role, status, is_assessable, message FROM analytics.source_health ORDER BY ALL"
_ENABLED_VENDORS = "SELECT source_system FROM control.sources WHERE role = 'vendor' AND is_enabled"


def why_too_little_was_read(connection: duckdb.DuckDBPyConnection) -> str | None:
    """Why this run could tell nothing: its PSA, or every vendor, could not be read; None where both could.

    A vendor's own system counts before files of other vendors in the inbox: with all systems dead, the lines of one
    file beside hundreds that are not assessed are no result.

    Args:
        connection: An open warehouse in which the run has been computed.
    """
    sources = [row for row in connection.execute(_SOURCES).fetchall() if row[2] != "off"]
    systems = {system for (system,) in connection.execute(_ENABLED_VENDORS).fetchall()}
    vendors = [row for row in sources if row[1] == "vendor"]
    asked = [row for row in vendors if row[0] in systems - {"exports"}] or vendors
    for opening, rows in (
        ("the PSA could not be read", [row for row in sources if row[1] == "psa"]),
        ("no vendor could be read", asked),
    ):
        if rows and not any(is_assessable for *_, is_assessable, _ in rows):
            return f"{opening}: " + "; ".join(
                f"{system} is {status}: {message or 'no reason given'}" for system, _, status, _, message in rows
            )
    return None


def add_table(connection: duckdb.DuckDBPyConnection, schema: str = "analytics") -> None:
    """Give a copy its table of later runs."""
    connection.execute(_CREATE.format(schema=schema))
    connection.execute(_COMMENT.format(schema=schema))


def published_words(home: Home) -> str:
    """Of what the copy that stands is, in words."""
    try:
        done = json.loads(home.published_summary.read_text(encoding="utf-8"))
        period = date.fromisoformat(done["period"])
        moment = datetime.fromisoformat(done["published_at"])
    except (OSError, ValueError, KeyError):
        return "the last published copy stands"
    return f"the last copy stands: {period:%B %Y}, published {moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def mark_kept(home: Home, run: Run, reason: str) -> None:
    """Write into the copy that stands, and into `run.json`, that `run` did not replace it. Nothing without a copy.

    Args:
        home: The home.
        run: The run that is not published.
        reason: Why, in words.
    """
    if not home.published.exists():
        return
    row = {
        "run_id": run.run_id,
        "period": run.period.isoformat(),
        "as_of": run.as_of.isoformat(),
        "ended_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "reason": reason,
    }
    temporary = home.published_folder / f"{TEMPORARY_PREFIX}{run.run_id}.duckdb"
    shutil.copy(home.published, temporary)  # with the mode that a person gave it
    with duckdb.connect(temporary) as copy:
        add_table(copy)
        copy.execute("DELETE FROM analytics.unpublished_runs WHERE run_id = $1", [run.run_id])
        copy.execute("INSERT INTO analytics.unpublished_runs VALUES ($1, $2, $3, $4, $5)", list(row.values()))
        copy.execute("CHECKPOINT")
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    put_in_place(temporary, home.published)
    _tell_beside(home.published_summary, row)


def _tell_beside(summary: Path, row: dict[str, Any]) -> None:
    """The same in `run.json`; one that cannot be read is left alone, the copy itself tells."""
    try:
        done = json.loads(summary.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    earlier = [one for one in done.get(TABLE, []) if one["run_id"] != row["run_id"]]
    write_in_place(json.dumps({**done, TABLE: [*earlier, row]}, indent=1) + "\n", summary)
