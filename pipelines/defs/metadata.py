"""What the UI shows beside a table: its columns, how many rows, and the first few.

Belongs here: fetching and shaping those. Does not belong here: judging them.
"""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import Any

import dagster as dg
import duckdb

from expectations.currencies import decimals
from pipelines.reports.summary import summary_of

PREVIEW_ROWS = 5
CELL_WIDTH = 60
# Beside these public tables stands what all lines come to.
WITH_MONEY = frozenset({"reconciliation", "discrepancies", "period_summary", "client_summary", "product_summary"})
# The row as received repeats the other columns, at length.
_NOT_SHOWN = {"_source_row"}


def table_metadata(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> dict[str, Any]:
    """Columns, row count and preview of a table, as Dagster metadata.

    Args:
        connection: An open database.
        schema: Schema name from our own code.
        table: Table name from our own code.
    """
    qualified = f'"{schema}"."{table}"'
    counted = connection.execute(f"SELECT count(*) FROM {qualified}").fetchone()  # noqa: S608  # own names
    cursor = connection.execute(f"SELECT * FROM {qualified} LIMIT {PREVIEW_ROWS}")  # noqa: S608  # own names
    names = [column[0] for column in cursor.description or []]
    types = [(str(column[0]), str(column[1])) for column in cursor.description or []]
    return {
        "dagster/column_schema": dg.TableSchema([dg.TableColumn(name, kind.lower()) for name, kind in types]),
        "dagster/row_count": int(counted[0]) if counted else 0,
        "preview": dg.MetadataValue.md(markdown(names, cursor.fetchall())),
    }


def column_schemas(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], dg.TableSchema]:
    """The columns of every table and view, by schema and name."""
    found: dict[tuple[str, str], list[dg.TableColumn]] = {}
    for schema, table, name, kind in connection.execute(
        "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE database_name = current_database() ORDER BY schema_name, table_name, column_index"
    ).fetchall():
        found.setdefault((schema, table), []).append(dg.TableColumn(name, kind.lower()))
    return {relation: dg.TableSchema(columns) for relation, columns in found.items()}


def money_metadata(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """What the public tables come to: money a month and coverage, each currency by itself."""
    if connection.execute("SELECT 1 FROM analytics.period_summary LIMIT 1").fetchone() is None:
        return {"lines": 0}
    summary = summary_of(connection)
    about: dict[str, Any] = {"lines": summary.lines, "coverage_of_units": _share(summary.unit_coverage)}
    for currency, (under, over) in summary.money.items():
        about[f"underbilled_a_month_{currency}"] = f"{under:,.{decimals(currency)}f}"
        about[f"overbilled_a_month_{currency}"] = f"{over:,.{decimals(currency)}f}"
    for currency, covered in summary.money_coverage.items():
        about[f"coverage_of_money_{currency}"] = _share(covered)
    return about


def _share(covered: Decimal | None) -> str:
    """Cut, not rounded: 100 % is said of nothing but the whole."""
    return "nothing due" if covered is None else f"{(covered * 100).quantize(Decimal('0.1'), ROUND_FLOOR)} %"


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
