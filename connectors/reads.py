"""What one run knows and learns about reading: the plan (what the warehouse holds), the reads, the load package.

Does not belong here: how a table is read (`connectors/<system>/source.py`), databases (`connectors/load.py`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

Status = Literal["ok", "failed", "refused"]
Mode = Literal["full", "incremental"]
# Called with system, table and the rows read so far; must be quick and safe to call from any thread.
Progress = Callable[[str, str, int], None]


@dataclass(frozen=True, slots=True)
class Read:
    """One attempt to read one table (of one vendor account, where reads are account by account).

    The fields are those of `control.reads`; `load_id` is what the content already had before (None where rows are
    appended now: `connectors.load.load` tells). `seconds` is wall time; `captured_at` the source's clock at the first
    answer; `rows_appended` whether this run's package holds its rows; `notes` how a file was read
    (`connectors.exports.notes`), empty elsewhere; `profile_hash` what a person had said of how to read it.
    """

    source_system: str
    table_name: str
    account_id: str | None
    mode: Mode
    status: Status
    captured_at: datetime | None
    row_count: int
    declared_total: int | None
    content_hash: str | None
    requests: int
    retries: int
    seconds: float
    endpoint: str
    message: str | None = None
    rows_appended: bool = False
    earlier_load_id: str | None = None
    notes: tuple[Mapping[str, Any], ...] = ()
    profile_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What the warehouse already has of one source. An empty plan means: read everything.

    Args:
        previous: (table, account or None) -> (content hash, load id) of the newest ok read; equal content is not
            appended again.
        cursors: table -> `captured_at` of the newest ok read, for tables in mode `versions`.
        full_tables: tables to read in full whatever the cursor.
        held: table -> values, as text, that the warehouse holds for it since its last full read: the key of a
            ConnectWise table, the invoice ids whose items are held for Pax8 `invoice_items`. A table that is absent
            here is read in full, since nothing could prove that a partial read is enough.
    """

    previous: Mapping[tuple[str, str | None], tuple[str, str]] = field(default_factory=dict)
    cursors: Mapping[str, datetime] = field(default_factory=dict)
    full_tables: frozenset[str] | set[str] = frozenset()
    held: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def cursor(self, table: str) -> datetime | None:
        """Where an incremental read of `table` may begin; None when it must be read in full."""
        return None if table in self.full_tables else self.cursors.get(table)


@dataclass(frozen=True, slots=True)
class Package:
    """A dlt load package on disk, extracted and normalized, not loaded.

    `is_elsewhere` where it does not lie in the folder that was asked for, since dlt cannot take that path.
    """

    pipelines_dir: Path
    load_id: str
    is_elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Extracted:
    """The outcome of one source: its reads, and the package with the rows to append, if any.

    `error` is set when the source failed as a whole (its reads then all say why).
    """

    system: str
    reads: tuple[Read, ...]
    package: Package | None = None
    error: str | None = None
