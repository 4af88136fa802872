"""The published copy as a workbook for people who live in spreadsheets.

Belongs here: which sheets there are and how they look. Does not belong here: computing figures (the marts hold them),
what a terminal shows (`pipelines.cli.render`).

Every text comes from a client's or a vendor's system, so none is ever written as a formula or a link. Spreadsheets
hold binary floats: the exact decimals stay in the published copy, here they are for reading.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter

from expectations.currencies import decimals
from pipelines.audit.matches import MATCH_OF_LINE, MATCHED, Matches, read_matches
from pipelines.reports.summary import Summary, read_summary

# A sheet holds 1,048,576 rows; what lies beyond is said on the Summary sheet and is in the published copy.
MOST_ROWS = 1_000_000
_BATCH = 10_000
_OF_MONEY = ("price", "money", "impact")
_LONGEST_TEXT = 32_000  # a cell holds 32,767 characters

_NUMBER = {
    "text": None,
    "whole": "#,##0",
    "quantity": "#,##0.####",
    "signed": "+#,##0.####;[Red]-#,##0.####;0",
    "price": "#,##0.00####",
    "money": "#,##0.00",
    "impact": "+#,##0.00;[Red]-#,##0.00;0.00",
    # The same of a currency without coins, and of one of thousandths.
    "price 0": "#,##0",
    "money 0": "#,##0",
    "impact 0": "+#,##0;[Red]-#,##0;0",
    "price 3": "#,##0.000###",
    "money 3": "#,##0.000",
    "impact 3": "+#,##0.000;[Red]-#,##0.000;0.000",
    "share": "0.0%",
    "date": "yyyy-mm-dd",
    "time": "yyyy-mm-dd hh:mm",
}


@dataclass(frozen=True, slots=True)
class _Column:
    """One column of a sheet: its header, the SQL that gives it, how it is shown, its width in characters."""

    header: str
    expression: str
    form: str = "text"
    width: int = 14


_LINE = (
    _Column("Class", "class"),
    _Column("Client", "client_name", width=28),
    _Column("Product", "product_name", width=34),
    _Column("Revenue impact", "revenue_impact", "impact"),
    _Column("Currency", "currency", width=9),
    _Column("Variance", "variance", "signed", 10),
    _Column("Billed (B)", "billed_quantity", "quantity", 10),
    _Column("Expected (E)", "expected_quantity", "quantity", 11),
    _Column("Owned (O)", "owned_quantity", "quantity", 10),
    _Column("Used (U)", "used_quantity", "quantity", 10),
    _Column("Charged (C)", "charged_quantity", "quantity", 11),
    _Column("Basis", "basis", width=9),
    _Column("Unit price", "unit_price", "price", 11),
    _Column("Unit cost", "unit_cost", "price", 11),
    _Column("Cost impact", "cost_impact", "impact"),
    _Column("Explanation", "explanation", width=90),
    _Column("Flags", "array_to_string(flags, ', ')", width=18),
    _Column("Agreement", "agreement_id", width=18),
    _Column("Client id", "client_id", width=20),
    _Column("Product id", "product_id", width=24),
    _Column("Line key", "line_key", width=40),
)
_DISCREPANCIES = (
    _Column("Rank", "rank", "whole", 6),
    *_LINE[:4],
    # It ranks a line as the impact of a known difference does.
    _Column("Waiting for a mapping", "waiting_amount", "money"),
    *_LINE[4:],
    _Column("Status", "status", width=10),
    _Column("First seen", "first_seen at time zone 'UTC'", "time", 16),
    _Column("Age in days", "age_days", "whole", 11),
)
_UNMAPPED = (
    _Column("What", "what", width=10),
    _Column("Source", "source_system", width=16),
    _Column("Id", "id", width=38),
    _Column("Name", "name", width=34),
    _Column("Lines", "lines", "whole", 8),
    _Column("Quantity", "quantity", "quantity", 10),
    _Column("Suggestions (names only suggest; confirm one in rules/)", "suggestions", width=70),
)
_MATCHES = (
    _Column("What", "what", width=10),
    _Column("Name in the vendor's file", "name", width=34),
    _Column("Taken for", "matched_to", width=34),
    _Column("Match", "certainty", width=9),
    _Column("Evidence", "evidence", width=90),
)
_MATCH = _Column("Match", "match", width=9)
_OBSERVATIONS = (
    _Column("Flag", "replace(flag, '_', ' ')", width=22),
    _Column("Client", "client_name", width=28),
    _Column("Product", "product_name", width=34),
    _Column("Money a month", "monthly_amount", "money"),
    _Column("Currency", "currency", width=9),
    _Column("Money is", "replace(amount_kind, '_', ' ')", width=18),
    _Column("Units", "quantity", "quantity", 10),
    _Column("Explanation", "explanation", width=90),
    _Column("Class of the line", "class", width=16),
    _Column("First seen", "first_seen at time zone 'UTC'", "time", 16),
    _Column("Line key", "line_key", width=40),
)
_HEALTH = (
    _Column("Source", "source_system", width=18),
    _Column("Status", "status", width=10),
    _Column("Last success (UTC)", "last_success_at at time zone 'UTC'", "time", 18),
    _Column("Age in hours", "age_hours", "quantity", 12),
    _Column("Limit in hours", "limit_hours", "whole", 12),
    _Column("Rows", "row_count", "whole", 10),
    _Column("Rows before", "previous_row_count", "whole", 11),
    _Column("Failed expectations", "failed_expectations", "whole", 18),
    _Column("Message", "message", width=110),
)
_FILES = (
    _Column("Source", "source_system", width=16),
    _Column("File", "file_name", width=28),
    _Column("Sheet", "sheet_name", width=14),
    _Column("What", "replace(kind, '_', ' ')", width=12),
    _Column("How it was read", "text", width=110),
    _Column("Header", "header", width=22),
    _Column("Read as", "raw_column", width=18),
    _Column("Rows", "row_count", "whole", 8),
    _Column("First at", "first_row", width=14),
    _Column("Values", "said_values", width=60),
)
_TIE_OUT = (
    _Column("Rule", "rule", width=20),
    _Column("Source", "source_system", width=18),
    _Column("Subject", "subject", width=34),
    _Column("Currency", "currency", width=9),
    _Column("Left total", "left_total", "quantity"),
    _Column("Right total", "right_total", "quantity"),
    _Column("Difference", "difference", "signed"),
    _Column("Passed", "if(passed, 'yes', 'NO')", width=8),
    _Column("Note", "note", width=90),
)

_UNMAPPED_ROWS = """
(
    with open_items as (
        select 'account' as what, 'client' as suggested, vendor_source_system as source_system,
            vendor_account_id as id, any_value(client_name) as name, count(*) as lines,
            sum(census_quantity) as quantity
        from analytics.reconciliation where class = 'unmapped_client' and vendor_account_id is not null group by all
        union all
        select 'product', 'product', vendor_source_system, vendor_product_id, any_value(product_name), count(*),
            sum(census_quantity)
        from analytics.reconciliation
        where vendor_product_id is not null
            and starts_with(product_key, vendor_source_system || ':') and class like 'unmapped%'
        group by all
    ),
    best as (
        select kind, source_system, left_id,
            string_agg(
                right_name || ' (' || cast(round(score * 100) as integer) || '%, ' || tier || ')',
                '; ' order by score desc, right_id)
                as suggestions
        from (
            select * from analytics.mapping_suggestions
            qualify row_number() over (partition by kind, source_system, left_id order by score desc, right_id) <= 3
        )
        group by all
    )
    select open_items.*, best.suggestions
    from open_items
    left join best
        on best.kind = open_items.suggested
        and best.source_system = open_items.source_system
        and best.left_id = open_items.id
)
"""

# Amounts of two currencies are never held against each other: each has its own ranks, that with the most lines first.
_BY_CURRENCY = "currency is null, count(*) over (partition by currency) desc, currency, rank"

# sheet name, columns, relation, order
_Sheet = tuple[str, tuple[_Column, ...], str, str]
_SHEETS: tuple[_Sheet, ...] = (
    ("Discrepancies", _DISCREPANCIES, "analytics.discrepancies", _BY_CURRENCY),
    ("All lines", _LINE, "analytics.reconciliation", "client_name nulls last, product_name nulls last, line_key"),
    (
        "Observations",
        _OBSERVATIONS,
        "analytics.observations",
        "flag, currency nulls last, monthly_amount desc nulls last, line_key",
    ),
    ("Unmapped", _UNMAPPED, _UNMAPPED_ROWS, "what, quantity desc nulls last, source_system, id"),
    ("Source health", _HEALTH, "analytics.source_health", "source_system"),
    ("Files read", _FILES, "analytics.file_notes", "source_system, note_number"),
    ("Tie-out", _TIE_OUT, "analytics.tie_out", "passed, rule, source_system nulls first, subject, currency"),
)


def write_workbook(published: Path, out: Path, *, of_audit: bool = False) -> Path:
    """Writes the published copy as a workbook; a workbook that is there already is replaced as a whole.

    Args:
        published: The published DuckDB file; opened read-only.
        out: Where the workbook goes; the name should end in `.xlsx`.
        of_audit: Names decided: a sheet tells every match, each line how certain its own are, and money stands apart.

    Returns:
        `out`.

    Raises:
        duckdb.IOException: There is no published copy.
        OSError: `out` cannot be written.
    """
    summary = read_summary(published)
    partial = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        with duckdb.connect(str(published), read_only=True) as connection:
            _write(connection, summary, partial, read_matches(published) if of_audit else None)
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)
    return out


def _of_audit(sheets: Sequence[_Sheet]) -> Iterator[_Sheet]:
    """The sheets of an audit: lines tell what their matches are, and all matches follow them."""
    for name, columns, relation, order in sheets:
        if any(column.header == "Revenue impact" for column in columns):
            at = next(index for index, column in enumerate(columns) if column.header == "Revenue impact")
            told = f"(select *, {MATCH_OF_LINE} as match from {relation} as lines)"  # noqa: S608 - our own text
            yield name, (*columns[:at], _MATCH, *columns[at:]), told, order
        else:
            yield name, columns, relation, order
        if name == "All lines":
            yield "Matches", _MATCHES, MATCHED, "certainty desc, what, name"


def _write(connection: duckdb.DuckDBPyConnection, summary: Summary, path: Path, matches: Matches | None) -> None:
    options = {
        "constant_memory": True,  # rows go to disk as they come: a workbook of a million lines fits in memory
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "remove_timezone": True,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        formats = {form: book.add_format({"num_format": code} if code else {}) for form, code in _NUMBER.items()}
        formats["text"] = book.add_format({"valign": "top"})
        formats["header"] = book.add_format({"bold": True, "bg_color": "#DDE3EA", "bottom": 1, "valign": "top"})
        formats["title"] = book.add_format({"bold": True, "font_size": 14})
        formats["bold"] = book.add_format({"bold": True})
        for places in ("", " 0", " 3"):
            code = _NUMBER[f"money{places}"]
            formats[f"bold_money{places}"] = book.add_format({"bold": True, "num_format": code, "top": 1})
        first = book.add_worksheet("Summary")
        cut = []
        for name, columns, relation, order in _SHEETS if matches is None else _of_audit(_SHEETS):
            if name == "Files read" and not summary.file_notes:
                continue  # no file was read
            total = _write_sheet(connection, book.add_worksheet(name), columns, relation, order, formats)
            if total > MOST_ROWS:
                cut.append(f"{name}: the first {MOST_ROWS:,} of {total:,} rows; all are in the published copy")
        _write_summary(first, summary, cut, formats, matches)


def _write_sheet(
    connection: duckdb.DuckDBPyConnection,
    sheet: Any,
    columns: Sequence[_Column],
    relation: str,
    order: str,
    formats: dict[str, Any],
) -> int:
    """Writes one table with a frozen header and filters; returns how many rows there are in all."""
    for index, column in enumerate(columns):
        sheet.set_column(index, index, column.width, formats[column.form])
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, [column.header for column in columns], formats["header"])
    selected = ", ".join(
        f"left({column.expression}, {_LONGEST_TEXT})" if column.form == "text" else column.expression
        for column in columns
    )
    total = connection.execute(f"select count(*) from {relation}").fetchall()[0][0]  # noqa: S608 - this module's own text
    reader = connection.sql(f"select {selected} from {relation} order by {order} limit {MOST_ROWS}")  # noqa: S608 - same
    priced_in = next((index for index, column in enumerate(columns) if column.header == "Currency"), None)
    row = 1
    for batch in reader.to_arrow_reader(_BATCH):
        for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            for index, value in enumerate(values):
                if value is not None:
                    form = columns[index].form
                    if form in _OF_MONEY and priced_in is not None:
                        form = _of_currency(form, values[priced_in], value)
                    _write_cell(sheet, row, index, value, formats[form])
            row += 1
    sheet.autofilter(0, 0, max(row - 1, 1), len(columns) - 1)
    return int(total)


def _of_currency(form: str, currency: str | None, value: Any) -> str:
    """The form of money in its currency; a price that is finer than its coins keeps its decimals."""
    places = decimals(currency)
    if places == 2 or (places == 0 and value != int(value)):
        return form
    return f"{form} {places}"


def _write_cell(sheet: Any, row: int, column: int, value: Any, form: Any) -> None:
    if isinstance(value, str):
        sheet.write_string(row, column, value, form)  # never looked at, so that "=1+1" stays a text
    elif isinstance(value, int | float | Decimal):
        sheet.write_number(row, column, value, form)
    else:
        sheet.write_datetime(row, column, value, form)


def _write_summary(
    sheet: Any, summary: Summary, cut: list[str], formats: dict[str, Any], matches: Matches | None
) -> None:
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 5, 18)
    row = 0

    def put(*cells: tuple[Any, str]) -> None:
        nonlocal row
        for index, (value, form) in enumerate(cells):
            if value is not None:
                _write_cell(sheet, row, index, value, formats[form])
        row += 1

    put((f"Reconciliation {summary.period:%B %Y}", "title"))
    put(("As of (UTC)", "text"), (summary.as_of, "time"))
    put(("Lines compared", "text"), (summary.lines, "whole"))
    put(("Coverage of units that could be billed", "text"), _share(summary.unit_coverage))
    for currency, share in summary.money_coverage.items():
        put((f"Coverage of money that could be billed, {currency}", "text"), _share(share))
    put(("Nothing found in what was not assessed does not mean that nothing is there.", "text"))
    row += 1
    put(("Money a month", "header"), ("Currency", "header"), ("Underbilled", "header"), ("Overbilled", "header"))
    for currency, (under, over) in summary.money.items():
        form = _of_currency("bold_money", currency, 0)
        put(("Total", "bold"), (currency, "bold"), (under, form), (over, form))
    for money in matches.money if matches else ():
        form = _of_currency("money", money.currency, 0)
        rests = f"of it on {money.certainty} matches"
        put((rests, "text"), (money.currency, "text"), (money.underbilled, form), (money.overbilled, form))
    put(("Underbilled and overbilled stay apart: netting would hide both.", "text"))
    row += 1
    put(*((name, "header") for name in ("Class", "Kind", "Currency", "Lines", "Underbilled", "Overbilled")))
    for line in summary.classes:
        put(
            (line.class_, "text"),
            (line.kind, "text"),
            (line.currency, "text"),
            (line.lines, "whole"),
            (line.underbilled, _of_currency("money", line.currency, 0)),
            (line.overbilled, _of_currency("money", line.currency, 0)),
        )
    row += 1
    put(*((name, "header") for name in ("Source", "Status")))
    for source in summary.health:
        put((source["source_system"], "text"), (source["status"], "text"))
    row += 1
    put(*((name, "header") for name in ("Tie-out", "Controls", "Passed")))
    for control in summary.tie_out:
        put((control["rule"], "text"), (control["controls"], "whole"), (control["passed"], "whole"))
    for note in cut:
        put((note, "bold"))


def _share(share: Any) -> tuple[Any, str]:
    return ("none due", "text") if share is None else (share, "share")
