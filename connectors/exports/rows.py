"""From a sheet and its mapping to rows in the shape of `schema.py`, or to the list of what is wrong with it.

Belongs here: `read_rows`, the order of the stages and the columns of the raw table. Does not belong here: which rows
are data (`body.py`), what is a fault (`checks.py`).
"""

from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

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
    rounded_prices,
)
from connectors.exports.grid import Grid
from connectors.exports.headers import Mapping
from connectors.exports.judging import date_value, judge, judged_notes, read_months, unread_columns, unread_quantities
from connectors.exports.notes import Note
from connectors.exports.problems import SHOWN, Refused
from connectors.exports.profile import COLUMNS, Profile
from connectors.exports.sheet import TABLES, Sheet
from connectors.sql import literal
from connectors.tables import DATE, PRICE, QUANTITY

# A cycle in the word that the models know, whatever the language of the file.
_CYCLES = {1: "Monthly", 2: "2 months", 3: "Quarterly", 6: "Semi-Annual", 12: "Annual", 24: "2 years", 36: "3 years"}
CSV_SHEET = "csv"  # what the key names as sheet for a file that has none


@dataclass(frozen=True)
class Rows:
    """The rows of one sheet: `data` has the raw table's columns without the load columns, plus `_source_row`."""

    kind: str
    data: pa.Table
    notes: tuple[Note, ...]


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
    notes = [*_taken(sheet), *mapping.notes, *make_body(sheet)]
    check_twins(sheet)
    check_cells(sheet)
    check_days(sheet)
    number_columns(sheet)
    notes += drop_unnamed_total(sheet)
    check_required(sheet)
    order = date_order(sheet)
    check_words(sheet)
    currency = currency_of_rows(sheet)
    judge(sheet, order)
    month = read_months(sheet, "billed_month" if mapping.kind == "billing" else "counted_month")
    plan = _plan(sheet, notes)
    if sheet.problems:
        raise Refused(sheet.problems[:SHOWN], sheet.more + max(0, len(sheet.problems) - SHOWN))
    if "document_date" in mapping.columns:
        notes.append(_document_note(sheet))
    notes += [*rounded_prices(sheet), *judged_notes(sheet), *unread_quantities(sheet), *unread_columns(sheet)]
    data = _project(sheet, order, currency, month, plan)
    if data.num_rows == 0:
        notes.append(Note("file", "a header and no rows"))
    return Rows(mapping.kind, data, tuple(note.at(grid.file, grid.sheet) for note in notes))


def _taken(sheet: Sheet) -> list[Note]:
    """Which column was read as what."""
    mapping = sheet.mapping
    notes = [
        Note("taken", f"{mapping.headers[index]} is read as {raw}", column=raw, header=mapping.headers[index])
        for raw, index in mapping.columns.items()
        if index < sheet.grid.width
    ]
    notes += [
        Note("taken", f"{mapping.headers[index]} decides whether a row counts", column="status",
             header=mapping.headers[index])
        for index, _ in mapping.deciders
    ]  # fmt: skip
    notes += [
        Note("assumed", f'"{value}" is {raw} of all rows', column=raw, values=(value,))
        for raw, value in mapping.constants.items()
    ]
    read = {*mapping.columns.values(), *(index for index, _ in mapping.deciders)}
    unread = tuple(h for i, h in enumerate(mapping.headers) if i not in read and not h.startswith("column "))
    if unread:
        notes.append(Note("not_read", f"columns that are not read: {', '.join(unread)}", values=unread))
    return notes


def _document_note(sheet: Sheet) -> Note:
    header = sheet.mapping.headers[sheet.mapping.columns["document_date"]]
    text = f"a row bills the month of its {header} (billed_month in profile.toml says another)"
    return Note("assumed", text, column="billed_month", header=header)


def _plan(sheet: Sheet, notes: list[Note]) -> bool:
    """Whether a product has several plans: then each is a product of its own."""
    cells = sheet.key("product_code", "product_name")
    if "plan" not in sheet.mapping.columns or not cells:
        return False
    plan = sheet.cell("plan")
    if not sheet.connection.execute(
        f"select count(*) from (select 1 from body group by {', '.join(cells)} having count(distinct {plan}) > 1)"
    ).fetchall()[0][0]:
        return False
    header = sheet.mapping.headers[sheet.mapping.columns["plan"]]
    notes.append(Note("assumed", f"a product has several values of {header}: each is a product of its own",
                      column="product_name", header=header))  # fmt: skip
    return True


def _project(sheet: Sheet, order: str, currency: str, month: str, plan: bool) -> pa.Table:
    mapping = sheet.mapping
    table = TABLES[mapping.kind]
    pivot = ", ".join(
        f"max(amount) filter (where name = {literal(name)}) as {name}" for name in sheet.of_type(QUANTITY, PRICE)
    )
    amounts = f"(select row_number{', ' + pivot if pivot else ''} from parsed group by 1)"
    source_row = ", ".join(f"{literal(header)}, r{index}" for index, header in enumerate(mapping.headers))
    types = {column.name: column.type for column in table.columns}
    selects = []
    for place, (side, raw) in enumerate(mapping.sides or ((mapping.side, "quantity"),)):
        columns = {name: _expression(sheet, name, order, currency, month) for name in COLUMNS[mapping.kind]}
        columns["quantity"] = _quantity(sheet, raw)
        columns["fault"] = _whole(sheet, raw, columns["quantity"])
        if mapping.kind == "vendor" and "side" not in mapping.columns and "side" not in sheet.profile.constants:
            columns["side"] = literal(str(side))
        if place:
            columns["unit_cost"] = "null"  # what one costs is said of the first
        if plan:
            for name in ("product_code", "product_name"):
                if name in mapping.columns:
                    columns[name] = f"concat_ws(' - ', {columns[name]}, {sheet.cell('plan')})"
        if mapping.each == "user" and "licences" in mapping.columns:
            columns["product_name"] = "licence"
        selected = ", ".join(f"cast({columns[name]} as {types[name]}) as {name}" for name in COLUMNS[mapping.kind])
        suffix = literal(f", {side}" if place else "")
        if mapping.each == "user" and "licences" in mapping.columns:
            suffix = "if(licence_place > 1, ', licence ' || licence_place, '')"
        where = f"amounts.{raw} is not null" if place else "true"
        selects.append(
            f"""
            select {literal(sheet.grid.sheet or CSV_SHEET)} || {suffix} as sheet_name, body.row_number, {selected},
                cast(json_object({source_row}) as varchar) as _source_row, {place} as place
            from {_holders(sheet)} as body
            left join {amounts} as amounts using (row_number)
            left join signs using (row_number)
            left join judged using (row_number)
            where {where}
            """
        )
    result: Any = sheet.connection.sql(
        f"select * exclude (place) from ({' union all '.join(selects)}) order by row_number, place, sheet_name"
    )
    return result.to_arrow_table()


def _holders(sheet: Sheet) -> str:
    """SQL of the rows: one for each licence of a user, where a cell lists several."""
    if sheet.mapping.each != "user" or "licences" not in sheet.mapping.columns:
        return "body"
    cell = sheet.cell("licences")
    none = ", ".join(map(literal, sheet.aliases.words["no_licence"]["words"]))
    # "Backup+" is one name: a plus parts names only where another follows it.
    marked = f"replace(regexp_replace({cell}, '\\+\\s*([^\\s+;])', chr(31) || '\\1', 'g'), ';', chr(31))"
    parts = f"string_split({marked}, chr(31))"
    licences = (
        f"list_filter(list_transform({parts}, lambda x: trim(x)), lambda x: x <> '' and lower(x) not in ({none}))"
    )
    return (
        f"(select rows.*, unnest(licences) as licence, generate_subscripts(licences, 1) as licence_place "
        f"from (select *, {licences} as licences from body where {cell} is not null) as rows)"
    )


def _quantity(sheet: Sheet, raw: str) -> str:
    """SQL of a row's quantity: gross of included units, and negative where the row takes units back."""
    constant = sheet.profile.constants.get("quantity")
    if raw not in sheet.mapping.columns:
        return literal(str(constant)) if constant is not None else ("1" if sheet.mapping.each else "null")
    value = f"amounts.{raw}"
    if raw == "quantity" and sheet.mapping.is_net and "included_quantity" in sheet.mapping.columns:
        value = f"({value} + coalesce(amounts.included_quantity, 0))"
    if "amount" in sheet.mapping.columns:
        price = "coalesce(amounts.unit_price, 1)" if "unit_price" in sheet.mapping.columns else "1"
        value = f"if({value} > 0 and {price} >= 0 and amounts.amount < 0, -{value}, {value})"
    if sheet.mapping.kind == "billing":
        value = f"if(judged.is_credit, -abs({value}), {value})"
    return value


def _whole(sheet: Sheet, raw: str, quantity: str) -> str:
    """SQL of what makes a row unclear: a word, or a part of something that comes whole."""
    index = sheet.mapping.columns.get(raw)
    header = sheet.mapping.headers[index] if index is not None else ""
    if not any(word in header.casefold() for word in sheet.aliases.words["whole"]["words"]):
        return "judged.fault"
    said = literal(f"{header} is ")
    number = f"rtrim(rtrim(cast(cast({quantity} as decimal(18, 4)) as varchar), '0'), '.')"
    part = f"if({quantity} <> trunc({quantity}), {said} || {number} || ', and there is no part of one', null)"
    return f"coalesce(judged.fault, {part})"


def _expression(sheet: Sheet, name: str, order: str, currency: str, month: str) -> str:
    mapping = sheet.mapping
    if name == "currency":
        return currency
    if name == "billing_cycle":
        cycles = " ".join(f"when {months} then {literal(word)}" for months, word in _CYCLES.items())
        said = sheet.profile.constants.get(name)
        own = literal(str(said)) if said is not None else sheet.cell(name) if name in mapping.columns else "null"
        return f"case judged.price_months {cycles} else {own} end"
    if name in ("status", "not_counted", "fault", "price_months"):
        return f"judged.{name}"
    if name == "is_part_charge":
        return "judged.is_part"
    constant = sheet.profile.constants.get(name, mapping.constants.get(name))
    if name == "billed_month" and constant is None:
        document = date_value(sheet, "document_date", order)
        return f"coalesce({month}, date_trunc('month', ({document})))"
    if name == "counted_on" and name not in mapping.columns and constant is None:
        return f"last_day({month})"
    if name == "cancelled_date" and constant is None:
        return f"coalesce(({date_value(sheet, name, order)}), judged.said_gone_on)"
    if name not in mapping.columns:
        if name == "side":
            return literal(str(constant or mapping.side))
        return "null" if constant is None else literal(str(constant))
    cell = sheet.cell(name)
    kind = TABLES[mapping.kind].column(name).type
    if name == "unit_cost":
        # Some days' money is not what one costs a month.
        return "if(judged.price_months < 0 or judged.is_part, null, amounts.unit_cost)"
    if kind in (QUANTITY, PRICE):
        return f"amounts.{name}"
    if kind == DATE:
        return f"({date_value(sheet, name, order)})"
    if name in ("side", "bill_mode"):
        words = sheet.aliases.side_values if name == "side" else sheet.aliases.bill_modes
        known = ", ".join(f"{literal(word)}: {literal(meaning)}" for word, meaning in words.items())
        return f"coalesce(map {{{known}}}[lower({cell})], {cell})"
    if name in ("product_code", "product_name") and sheet.profile.same_product:
        pairs = sheet.profile.same_product.items()
        meant = ", ".join(f"{literal(' '.join(own.lower().split()))}: {literal(other)}" for own, other in pairs)
        return f"coalesce(map {{{meant}}}[lower({cell})], {cell})"
    return cell
