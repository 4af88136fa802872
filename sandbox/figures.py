"""Further figures of single rows, which only some plants fix: compared by column name.

Belongs here: the comparison of `TruthRow.figures`, and the row that differs. Does not belong here: classes, flags and
the money of all rows (`score.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from sandbox.world.model import TruthRow


@dataclass(frozen=True, slots=True)
class WrongRow:
    """One row that differs. `problem`: missing, extra or different; the dicts hold the fields that differ."""

    line_key: str
    problem: str
    expected: dict[str, Any]
    got: dict[str, Any]
    note: str

    def __str__(self) -> str:
        parts = [f"{name} {self.got.get(name)} (should be {value})" for name, value in self.expected.items()]
        told = {"missing": "is missing", "extra": f"should not be there: {self.got}"}.get(
            self.problem, ", ".join(parts)
        )
        return f"{self.line_key}: {told}{f' [{self.note}]' if self.note else ''}"


def wrong_figures(connection: duckdb.DuckDBPyConnection, truth: Sequence[TruthRow], period: date) -> list[WrongRow]:
    """Rows of which a figure that the truth fixes differs, or is not published at all; missing rows are not told."""
    fixed = {row.line_key: row for row in truth if row.figures}
    if not fixed:
        return []
    cursor = connection.execute(
        "SELECT * FROM analytics.reconciliation WHERE period = $period AND list_contains($keys, line_key)",
        {"period": period, "keys": list(fixed)},
    )
    names = [column[0] for column in cursor.description or ()]
    wrong = []
    for values in cursor.fetchall():
        got = dict(zip(names, values, strict=True))
        row = fixed[got["line_key"]]
        differing = [name for name, value in row.figures.items() if name not in got or got[name] != value]
        if differing:
            expected = {name: row.figures[name] for name in differing}
            found = {name: got.get(name, "not published") for name in differing}
            wrong.append(WrongRow(row.line_key, "different", expected, found, row.note))
    return wrong
