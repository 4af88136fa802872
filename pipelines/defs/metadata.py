"""What the UI shows beside a table: how many rows, and the first few.

Belongs here: fetching and shaping those. Does not belong here: judging them.
"""

from collections.abc import Sequence
from typing import Any

import dagster as dg
import duckdb

PREVIEW_ROWS = 5
CELL_WIDTH = 60
# The row as received repeats the other columns, at length.
_NOT_SHOWN = {"_source_row"}


def table_metadata(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> dict[str, Any]:
    """Row count and preview of a table, as Dagster metadata.

    Args:
        connection: An open database.
        schema: Schema name from our own code.
        table: Table name from our own code.
    """
    qualified = f'"{schema}"."{table}"'
    counted = connection.execute(f"SELECT count(*) FROM {qualified}").fetchone()  # noqa: S608  # own names
    cursor = connection.execute(f"SELECT * FROM {qualified} LIMIT {PREVIEW_ROWS}")  # noqa: S608  # own names
    names = [column[0] for column in cursor.description or []]
    return {
        "dagster/row_count": int(counted[0]) if counted else 0,
        "preview": dg.MetadataValue.md(markdown(names, cursor.fetchall())),
    }


def markdown(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Rows as a Markdown table; text from outside is shown as it is, not obeyed."""
    shown = [index for index, name in enumerate(names) if name not in _NOT_SHOWN]
    if not rows:
        return "no rows"
    lines = [
        "| " + " | ".join(names[index] for index in shown) + " |",
        "|" + " --- |" * len(shown),
        *("| " + " | ".join(_cell(row[index]) for index in shown) + " |" for row in rows),
    ]
    return "\n".join(lines)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = str(value).replace("\n", " ").replace("\\", "\\\\")
    text = text if len(text) <= CELL_WIDTH else text[: CELL_WIDTH - 3] + "..."
    for character in "|<>[]`*_":
        text = text.replace(character, f"\\{character}" if character not in "<>" else f"&#{ord(character)};")
    return text
