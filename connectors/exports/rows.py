"""From a sheet and its mapping to rows in the shape of `schema.py`, or to the list of what is wrong with it.

Belongs here: `read_rows`, the order of the stages and the columns of the raw table. Does not belong here: which rows
are data (`body.py`), what is a fault (`checks.py`).
"""

from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from connectors.exports import dates
from connectors.exports.aliases import Aliases
from connectors.exports.body import drop_unnamed_total, make_body
from connectors.exports.checks import (
    check_cells,
    check_days,
    check_required,
    check_twins,
    check_words,
    currency_of_rows,
    date_order,
    number_columns,
)
from connectors.exports.grid import Grid
from connectors.exports.headers import Mapping
from connectors.exports.problems import SHOWN, Refused
from connectors.exports.profile import COLUMNS, Profile
from connectors.exports.sheet import TABLES, Sheet
from connectors.sql import literal
from connectors.tables import DATE, PRICE, QUANTITY

CSV_SHEET = "csv"  # what the key names as sheet for a file that has none


@dataclass(frozen=True)
class Rows:
    """The rows of one sheet: `data` has the raw table's columns without the load columns, plus `_source_row`."""

    kind: str
    data: pa.Table
    notes: tuple[str, ...]


def read_rows(
    connection: duckdb.DuckDBPyConnection,
    grid: Grid,
    mapping: Mapping,
    profile: Profile,
    aliases: Aliases,
    codes: dict[str, str],
) -> Rows:
    """Types the rows of one sheet.

    Args:
        connection: An in-memory DuckDB connection; temp tables on it are replaced.
        grid: The cells.
        mapping: Where the raw columns stand.
        profile: What the person said.
        aliases: Known words of totals, sides, bill modes, currencies.
        codes: Currency sign or code -> ISO code.

    Raises:
        Refused: With every fault found (the first twenty of each sort, the rest counted).
    """
    sheet = Sheet(connection, grid, mapping, profile, aliases, codes)
    notes = list(mapping.notes) + make_body(sheet)
    check_twins(sheet)
    check_cells(sheet)
    check_days(sheet)
    number_columns(sheet)
    notes += drop_unnamed_total(sheet)
    check_required(sheet)
    order = date_order(sheet)
    check_words(sheet)
    currency = currency_of_rows(sheet)
    if sheet.problems:
        raise Refused(sheet.problems[:SHOWN], sheet.more + max(0, len(sheet.problems) - SHOWN))
    data = _project(sheet, order, currency)
    if data.num_rows == 0:
        notes.append("a header and no rows")
    return Rows(mapping.kind, data, tuple(_placed(grid, note) for note in notes))


def _placed(grid: Grid, note: str) -> str:
    return f"{grid.file}{f' [{grid.sheet}]' if grid.sheet else ''}: {note}"


def _project(sheet: Sheet, order: str, currency: str) -> pa.Table:
    table = TABLES[sheet.mapping.kind]
    pivot = ", ".join(
        f"max(amount) filter (where name = {literal(name)}) as {name}" for name in sheet.of_type(QUANTITY, PRICE)
    )
    columns = [_expression(sheet, name, order, currency) for name in COLUMNS[sheet.mapping.kind]]
    source_row = ", ".join(f"{literal(header)}, r{index}" for index, header in enumerate(sheet.mapping.headers))
    types = {column.name: column.type for column in table.columns}
    selected = ", ".join(
        f"cast({expression} as {types[name]}) as {name}"
        for name, expression in zip(COLUMNS[sheet.mapping.kind], columns, strict=True)
    )
    amounts = f"(select row_number{', ' + pivot if pivot else ''} from parsed group by 1)"
    result: Any = sheet.connection.sql(
        f"""
        select {literal(sheet.grid.sheet or CSV_SHEET)} as sheet_name, body.row_number, {selected},
            cast(json_object({source_row}) as varchar) as _source_row
        from body
        left join {amounts} as amounts using (row_number)
        left join signs using (row_number)
        order by body.row_number
        """
    )
    return result.to_arrow_table()


def _expression(sheet: Sheet, name: str, order: str, currency: str) -> str:
    if name == "currency":
        return currency
    constant = sheet.profile.constants.get(name)
    if name not in sheet.mapping.columns:
        if name == "side":
            return literal(str(constant or sheet.mapping.side))
        return "null" if constant is None else literal(str(constant))
    cell = sheet.cell(name)
    kind = TABLES[sheet.mapping.kind].column(name).type
    if name == "quantity" and sheet.mapping.is_net and "included_quantity" in sheet.mapping.columns:
        return "amounts.quantity + coalesce(amounts.included_quantity, 0)"
    if kind in (QUANTITY, PRICE):
        return f"amounts.{name}"
    if kind == DATE:
        # Programs write year 1 for "no date"; read as a day it would say that a line was cancelled long ago.
        return f"(select if(day >= date '1900-01-01', day, null) from (select {dates.value(cell, order)} as day))"
    if name in ("side", "bill_mode"):
        words = sheet.aliases.side_values if name == "side" else sheet.aliases.bill_modes
        known = ", ".join(f"{literal(word)}: {literal(meaning)}" for word, meaning in words.items())
        return f"coalesce(map {{{known}}}[lower({cell})], {cell})"
    return cell
