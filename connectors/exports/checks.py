"""The faults of cells, and what only a whole column can say: the decimal mark and the order of day and month.

Belongs here: every check on rows that are data. Does not belong here: the shapes of numbers and dates (`numbers.py`,
`dates.py`), the rows of the raw table (`rows.py`).
"""

from connectors.exports import dates, numbers
from connectors.exports.aliases import normalise
from connectors.exports.grid import ERROR, NO_VALUE
from connectors.exports.headers import REQUIRED
from connectors.exports.notes import Note
from connectors.exports.problems import Problem, quoted
from connectors.exports.sheet import Sheet
from connectors.sql import literal
from connectors.tables import DATE, PRICE, QUANTITY

PLACES = 4  # decimals of a quantity, as the raw tables keep it


def check_twins(sheet: Sheet) -> None:
    """Two columns with one header must hold the same."""
    for name, others in sheet.mapping.twins.items():
        for other in others:
            if not sheet.count("body", f"c{other} is not null"):
                continue  # an empty column that bears the same header
            differing = f"{sheet.cell(name)} is distinct from c{other}"
            if sheet.count("body", differing):
                sheet.fault(
                    f"select row_number, c{other} as value from body where {differing} limit 1",
                    name,
                    "two columns have this header and hold different values",
                    f"Rename one of them, or write under [columns] in profile.toml {name} = "
                    f"{quoted(f'{sheet.mapping.headers[sheet.mapping.columns[name]]} (1)')} for the first, (2) for the "
                    "second.",
                )


def check_cells(sheet: Sheet) -> None:
    """A workbook's formulas must have stored results that are not errors."""
    for name in sheet.mapping.columns:
        cell, kind = sheet.cell(name), sheet.kind(name)
        query = f"select row_number, {cell} as value from body where {kind} = "
        sheet.fault(query + literal(NO_VALUE), name, "a formula without a stored result",
                    "Open the workbook in a spreadsheet program, let it calculate, and save it.")  # fmt: skip
        sheet.fault(query + literal(ERROR), name, "a formula that failed", "Mend the formula and save the workbook.")


# A header that says when and not of what: a day of counting, of purchase, of renewal.
_BARE_DAYS = frozenset({"date", "day", "datum", "tag", "jour", "fecha", "reportdate", "reportingdate"})


def check_days(sheet: Sheet) -> None:
    """One count or line a day, read as if all were of one day, would be added up; records with ids are not days."""
    mapping = sheet.mapping
    said = {*mapping.columns, *sheet.profile.constants}
    settled = (
        "counted_on",
        "counted_month",
        "record_id",
        "charged_from",
        "line_id",
        "billed_month",
        "document_date",
        "effective_date",
    )
    names = ("product_code", "product_name", "agreement_name")
    same = ", ".join(sheet.key(*mapping.owner, *names))
    if said.intersection(settled) or not same:
        return
    advice = {
        "vendor": 'If it is the day of the count, set counted_on = "{}" under [columns] in profile.toml; if not, '
        "rename the column.",
        "billing": 'If it is the day of an invoice, set document_date = "{}" under [columns] in profile.toml; if it is '
        "the line's first day, effective_date.",
    }[mapping.kind]
    what = {"vendor": "the same account and product", "billing": "the same client and product"}[mapping.kind]
    of = {"vendor": "counts", "billing": "lines"}[mapping.kind]
    taken = set(mapping.columns.values())
    for index, header in enumerate(mapping.headers):
        if index in taken or normalise(header) not in _BARE_DAYS:
            continue
        days = (
            f"count(c{index}) over (partition by {same}) > 1 and min(c{index}) over (partition by {same}) "
            f"<> max(c{index}) over (partition by {same})"
        )
        sheet.fault(
            f"select row_number, c{index} as value from body where c{index} is not null qualify {days} limit 1",
            None,
            f'{what} stand under several values of "{header}": {of} of several days would be added up',
            advice.format(header),
        )


def number_columns(sheet: Sheet) -> None:
    """Makes `parsed` (name, row_number, amount, currency, is_shared_sign) of all number columns."""
    names = sheet.of_type(QUANTITY, PRICE)
    union = " union all ".join(
        f"select {literal(n)} as name, row_number, {sheet.cell(n)} as text, {sheet.kind(n)} as kind from body "
        f"where {sheet.cell(n)} is not null and {sheet.kind(n)} not in ('{NO_VALUE}', '{ERROR}') "
        + ("" if n.startswith("quantity") else f"and lower({sheet.cell(n)}) not in ('n/a', 'na', 'null', 'none')")
        for n in names
    )
    union = union or "select '' as name, 0::bigint as row_number, '' as text, 't' as kind where false"
    sheet.connection.execute(f"create or replace temp view number_cells as {union}")
    numbers.take_apart(sheet.connection, "number_cells", "apart", sheet.codes, sheet.aliases.shared_signs)
    mark = _decimal_mark(sheet)
    sheet.connection.execute(
        f"create or replace temp table parsed as select *, {numbers.value(mark)} as amount from apart"
    )
    other = "," if mark == "." else "."
    for name in names:
        bad = f"select row_number, text as value, shape, kind from parsed where name = {literal(name)} and "
        sheet.fault(f"{bad} amount is null and (kind = 'p' or ends_with(text, '%'))", name,
                    "a percentage where a number is needed", "Write the number itself.")  # fmt: skip
        sheet.fault(f"{bad} amount is null and shape <> 'bad'", name,
                    f'written with "{other}" as decimal mark while the rest of the file uses "{mark}"',
                    "Make the file use one decimal mark, or set decimal in profile.toml.")  # fmt: skip
        sheet.fault(f"{bad} amount is null and shape = 'bad' and kind <> 'p' and not ends_with(text, '%')", name,
                    "not a number", "Mend the cell, or leave such rows out with a skip rule in profile.toml.",
                    may_skip=True)  # fmt: skip
        if sheet.type_of(name) == QUANTITY:
            sheet.fault(f"{bad} {_is_finer(PLACES)}", name,
                        f"more than {PLACES} decimals, and a quantity keeps {PLACES}",
                        "Write the number with fewer decimals, as it is meant.")  # fmt: skip
        else:
            sheet.fault(f"{bad} amount <> 0 and round(amount, 6) = 0", name,
                        "a price too small for the six decimals that a price keeps",
                        "Give the price of more units, and their number.")  # fmt: skip
        limit = 10**14 if sheet.type_of(name) == QUANTITY else 10**12
        sheet.fault(f"{bad} abs(amount) >= {limit}", name, "a number too large to be true", "Mend the cell.")


def _is_finer(places: int) -> str:
    """SQL: the number has more decimals than are kept; what a spreadsheet calculated has fifteen digits."""
    noise = "0.000000001 * greatest(1, abs(amount))"
    text = f"regexp_matches(replace(digits, ',', '.'), '[.][0-9]{{{places}}}[0-9]*[1-9]')"
    return (
        f"((shape in ('dot', 'comma') and {text}) "
        f"or (shape = 'number' and abs(amount - round(amount, {places})) > {noise}))"
    )


def rounded_prices(sheet: Sheet) -> list[Note]:
    """Prices with more decimals than are kept; one unit at a ten thousandth of a cent is no reason to refuse a file."""
    notes = []
    for name in sheet.of_type(PRICE):
        count, first = sheet.connection.execute(
            f"select count(*), min(row_number) from parsed where name = {literal(name)} and {_is_finer(6)}"
        ).fetchall()[0]
        if count:
            header, where = sheet.mapping.headers[sheet.mapping.columns[name]], sheet.grid.where(first)
            text = f"{count} numbers in {header} have more than six decimals and are rounded to six (first at {where})"
            notes.append(Note("assumed", text, column=name, header=header, rows=count, first=where))
    return notes


def _decimal_mark(sheet: Sheet) -> str:
    if sheet.profile.decimal is not None:
        return sheet.profile.decimal
    proofs = dict(sheet.connection.execute(
        "select shape, min(row_number) from apart where shape in ('dot', 'comma', 'either') group by 1"
    ).fetchall())  # fmt: skip
    if "dot" in proofs and "comma" in proofs:
        later = "comma" if proofs["comma"] >= proofs["dot"] else "dot"
        return "." if later == "comma" else ","  # the cells of the other mark are then listed as faults
    if "comma" in proofs:
        return ","
    if "either" in proofs and "dot" not in proofs:
        # "1.020" licences cannot be a fraction: the mark groups thousands.
        marks = _marks_of_thousands(sheet)
        if len(marks) == 1:
            return "," if marks == {"."} else "."
        names = dict(
            sheet.connection.execute(
                "select name, min(row_number) from apart where shape = 'either' group by 1"
            ).fetchall()
        )
        for name, row in names.items():
            sheet.fault(
                f"select row_number, text as value from apart where name = {literal(name)} and row_number = {row}",
                name,
                "cannot be told whether this is thousands or a decimal fraction, and no other number of the file says",
                'Set decimal = "." or decimal = "," in profile.toml.',
            )
    return "."


def _marks_of_thousands(sheet: Sheet) -> set[str]:
    """The marks in numbers such as 1.020 of columns that count whole things; 1.000 may be 1 with three decimals."""
    words = sheet.aliases.words["whole"]["words"]
    whole = [
        name
        for name in sheet.of_type(QUANTITY)
        if any(word in sheet.mapping.headers[sheet.mapping.columns[name]].casefold() for word in words)
    ]
    if not whole:
        return set()
    found = sheet.connection.execute(
        f"select distinct regexp_extract(digits, '[.,]') from apart where shape = 'either' "
        f"and name in ({', '.join(map(literal, whole))}) and not ends_with(digits, '000')"
    ).fetchall()
    return {mark for (mark,) in found}


def check_required(sheet: Sheet) -> None:
    """Every row says whose, what and how many."""
    for group, names in REQUIRED[sheet.mapping.kind].items():
        if any(name in sheet.profile.constants or name in sheet.mapping.constants for name in names):
            continue
        if group == "product" and "licences" in sheet.mapping.columns and sheet.mapping.each == "user":
            continue  # a user without a licence has no product
        cells = [name for name in names if name in sheet.mapping.columns]
        if cells:
            values = ", ".join(map(sheet.cell, cells))
            sheet.fault(
                f"select row_number, null as value from body where coalesce({values}) is null",
                cells[0],
                f"no {group}",
                "Fill the cell; if the row is no data, remove it or leave it out with a skip rule in profile.toml.",
                may_skip=True,
            )


def date_order(sheet: Sheet) -> str:
    """The order of day and month in slashed dates, by the evidence of all date columns of the sheet."""
    names = sheet.of_type(DATE)
    union = " union all ".join(
        f"select {literal(n)} as name, row_number, {sheet.cell(n)} as text, {dates.shape(sheet.cell(n))} as shape "
        f"from body where {sheet.cell(n)} is not null and {sheet.kind(n)} not in ('{NO_VALUE}', '{ERROR}')"
        for n in names
    )
    if not union:
        return "dmy"
    sheet.connection.execute(f"create or replace temp table date_cells as {union}")
    first, second = dates.part("text", 1), dates.part("text", 2)
    day_first, month_first, unclear = sheet.connection.execute(
        f"""
        select count(*) filter (where {first} > 12), count(*) filter (where {second} > 12),
            count(*) filter (where {first} <= 12 and {second} <= 12 and {first} <> {second})
        from date_cells where shape = 'slashed'
        """
    ).fetchall()[0]
    order = sheet.profile.date_order or ("mdy" if month_first and not day_first else "dmy")
    for name in names:
        cells = f"select row_number, text as value from date_cells where name = {literal(name)} and "
        if not sheet.profile.date_order and unclear and bool(day_first) == bool(month_first):
            either = f"shape = 'slashed' and {first} <= 12 and {second} <= 12 and {first} <> {second}"
            sheet.fault(f"{cells} {either} limit 1", name,
                        "cannot be told which is the day and which the month",
                        'Set date_order = "dmy" or date_order = "mdy" in profile.toml.')  # fmt: skip
        sheet.fault(f"{cells} coalesce(shape, '') <> 'none' and ({dates.value('text', order)}) is null", name,
                    "not a date", "Write it as 2026-01-31, or set date_order in profile.toml.")  # fmt: skip
    return order


def check_words(sheet: Sheet) -> None:
    """Sides and currencies must be known words."""
    for name, known, hint in (
        ("side", sheet.aliases.side_values, "owned, used or charged"),
        ("currency", {code.lower(): code for code in sheet.codes}, "an ISO code such as USD"),
    ):
        if name in sheet.mapping.columns:
            values = ", ".join(map(literal, known))
            sheet.fault(
                f"select row_number, {sheet.cell(name)} as value from body "
                f"where lower({sheet.cell(name)}) not in ({values})",
                name, f"not {hint}", f"Write {hint}.",
            )  # fmt: skip


def currency_of_rows(sheet: Sheet) -> str:
    """SQL of a row's currency: its column, else the sign in its amounts, header, cell formats, profile."""
    prices = sheet.of_type(PRICE)
    sheet.connection.execute(
        """
        create or replace temp table signs as
        select row_number, max(currency) as sign, count(distinct currency) filter (where not is_shared_sign) as proofs,
            max(currency) filter (where not is_shared_sign) as proof, any_value(text) as text
        from parsed where currency is not null group by 1
        """
    )
    known = "map {" + ", ".join(f"{literal(sign.lower())}: {literal(code)}" for sign, code in sheet.codes.items()) + "}"
    column = f"{known}[lower({sheet.cell('currency')})]" if "currency" in sheet.mapping.columns else "null"
    price = next(iter(prices), None)
    sheet.fault(
        f"select body.row_number, signs.text as value from body join signs using (row_number) "
        f"where proofs > 1 or ({column}) <> proof",
        price, "the row names two currencies", "Make the amounts of a row use one currency.",
    )  # fmt: skip
    if "currency" in sheet.mapping.columns:
        by_file = None
    else:
        formats = {code for name in prices for code in sheet.grid.currencies.get(sheet.mapping.columns[name], ())}
        indexes = {sheet.mapping.columns[name] for name in prices}
        heads = {code for index, code in sheet.mapping.currencies.items() if index in indexes}
        named = heads or formats
        if len(named) > 1 and price is not None:
            reason = f"amounts in several currencies ({', '.join(sorted(named))}) and no currency column"
            advice = "Add a column Currency."
            sheet.problems.append(
                Problem(sheet.grid.file, reason, advice, column=sheet.mapping.headers[sheet.mapping.columns[price]])
            )
        by_file = next(iter(named), None)
    fallback = by_file or sheet.profile.currency or sheet.profile.constants.get("currency")
    return f"coalesce({column}, signs.proof, signs.sign, {literal(str(fallback)) if fallback else 'null'})"
