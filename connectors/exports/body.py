"""Which rows below the header are data: not blank lines, repeated headers, totals, headings, notes, skipped rows.

Belongs here: `make_body` and `drop_unnamed_total`. Does not belong here: what the cells hold.
"""

from connectors.exports.aliases import normalise
from connectors.exports.headers import REQUIRED
from connectors.exports.notes import Note
from connectors.exports.numbers import clean
from connectors.exports.problems import Problem
from connectors.exports.sheet import Sheet
from connectors.sql import literal
from connectors.tables import DATE, PRICE, QUANTITY


def make_body(sheet: Sheet) -> list[Note]:
    """Makes `body`, the rows that are data, and says how many rows were left out and why."""
    grid, mapping = sheet.grid, sheet.mapping
    sheet.connection.register("cells", grid.cells)
    width = range(grid.width)
    kinds = [f"k{i}" if grid.typed else "'t'" for i in width]
    cells = [f"{clean(f'c{i}')} as c{i}, c{i} as r{i}, {kinds[i]} as k{i}" for i in width]
    if mapping.has_headings:
        cells.append(f"null::varchar as c{grid.width}, null::varchar as r{grid.width}, 't' as k{grid.width}")
    sheet.connection.execute(
        f"create or replace temp table cleaned as select row_number, {', '.join(cells)} from cells "
        f"where row_number > {mapping.header_row}"
    )
    _fill_merged(sheet)
    _drop_dashes(sheet)
    every = ", ".join(f"c{i}" for i in width)
    own = [name for name in mapping.columns if mapping.columns[name] < grid.width]
    header = " and ".join(f"{sheet.cell(n)} = {literal(' '.join(_header(sheet, n).split()))}" for n in own)
    number_cells = [sheet.cell(name) for name in sheet.of_type(QUANTITY, PRICE, DATE)]
    one_text = f"len(list_filter([{every}], lambda c: c is not null)) = 1"
    if number_cells:
        one_text += f" and coalesce({', '.join(number_cells)}) is null"
    hides = 'rows that the workbook hides (hidden_rows = "read" in profile.toml reads them)'
    hidden = ", ".join(map(str, grid.hidden)) if grid.hidden and sheet.profile.hidden_rows == "leave_out" else "null"
    sheet.connection.execute(
        f"""
        create or replace temp table body as
        select *,
            case
                when coalesce({every}) is null then 'blank'
                when {header or "false"} then 'repeated header rows'
                when row_number in ({hidden}) then {literal(hides)}
                when {_skipped(sheet)} then 'rows by the skip rules of profile.toml'
                when {_is_total(sheet)} then 'totals rows'
                when {one_text} then 'rows with a single text (headings, notes)'
            end as left_out
        from cleaned
        """
    )
    notes = _fill_groups(sheet)
    counts = sheet.connection.execute(
        "select left_out, count(*), min(row_number) from body where left_out <> 'blank' group by 1 order by 1"
    ).fetchall()
    sheet.connection.execute("delete from body where left_out is not null")
    notes += [
        Note("left_out", f"left out {count} {what} (first at {grid.where(first)})", rows=count, first=grid.where(first))
        for what, count, first in counts
    ]
    return notes


def _drop_dashes(sheet: Sheet) -> None:
    """A name of nothing but dashes and dots ("-", "--", "...") names nobody."""
    names = [n for names in REQUIRED[sheet.mapping.kind].values() for n in names if n != "quantity"]
    for name in [*names, "agreement_id", "agreement_name", "record_id", "line_id"]:
        if name in sheet.mapping.columns:
            cell = sheet.cell(name)
            sheet.connection.execute(
                f"update cleaned set {cell} = null where regexp_matches({cell}, '^[-\u2013\u2014_.\u2026/ ]+$')"
            )


def _fill_groups(sheet: Sheet) -> list[Note]:
    """Gives rows their client where the file writes it once: in a heading above them, or on the first row of a group.

    Neither reaches beyond a total. The second only where no client stands on two rows that follow each other, and no
    client would get two equal rows by it: there a blank may as well be a slip, and is refused.
    """
    mapping = sheet.mapping
    cells = sheet.key(*mapping.owner)
    if not cells:
        return []
    run = "sum(if(left_out = 'totals rows', 1, 0)) over (order by row_number) as segment"
    if mapping.has_headings:
        width = range(sheet.grid.width)
        text = f"if(left_out like 'rows with a single text%', coalesce({', '.join(f'c{i}' for i in width)}), null)"
        # Two headings that follow each other: a client and, below it, something else; which is which is not told.
        twice = sheet.connection.execute(
            "select row_number, following from (select row_number, left_out, lead(row_number) over w as following, "
            "lead(left_out) over w as next_kind, lead(left_out, 2) over w as third_kind, "
            "lead(row_number, 2) over w as third from body where left_out is distinct from 'blank' "
            "window w as (order by row_number)) where left_out like 'rows with a single text%' "
            "and next_kind like 'rows with a single text%' and third is not null and third_kind is null "
            "order by 1 limit 1"
        ).fetchone()
        if twice is not None:
            sheet.problems.append(
                Problem(
                    sheet.grid.file,
                    "two headings follow each other, and nothing says which of them is the client",
                    "Give the file a column for the client, or remove the other headings.",
                    sheet.grid.where(twice[0]),
                )
            )
        source, target = text, cells[-1]
        where = "left_out is null"
        count_of = f"left_out is null and {target} is not null"
        update = [(target, source)]
    else:
        product = sheet.key("product_code", "product_name")
        named = f"coalesce({', '.join(product)}) is not null" if product else "true"
        # A dash is a name that was left out, not one to take from above.
        raw = " and ".join(f"nullif(trim(r{cell[1:]}), '') is null" for cell in cells)
        blank = f"(coalesce({', '.join(cells)}) is null and {raw} and {named})"
        if not sheet.count("body", f"left_out is null and {blank}") or not _is_grouped(sheet, cells):
            return []
        update = [(cell, f"if(left_out is null, {cell}, null)") for cell in cells]
        where = f"left_out is null and {blank}"
        count_of = where
    filled = ", ".join(
        f"last_value({source} ignore nulls) over (partition by segment order by row_number "
        f"rows between unbounded preceding and current row) as f{i}"
        for i, (_, source) in enumerate(update)
    )
    before = sheet.count("body", count_of)
    assignments = ", ".join(f"{target} = filled.f{i}" for i, (target, _) in enumerate(update))
    sheet.connection.execute(
        f"update body set {assignments} from (select row_number, {filled} from (select *, {run} from body)) as filled "
        f"where body.row_number = filled.row_number and {where.replace('left_out', 'body.left_out')}"
    )
    if mapping.has_headings:
        beyond = sheet.grid.width
        sheet.connection.execute(f"update body set r{beyond} = c{beyond}")
        rows = sheet.count("body", count_of)
        sheet.connection.execute(
            "update body set left_out = 'headings, which name the client of the rows below them' "
            "where left_out like 'rows with a single text%'"
        )
        text = f"{rows} rows have their client from the heading above them"
    else:
        rows = before
        text = f"{rows} rows name no client and belong to the one named above them"
    return [Note("assumed", text, column=mapping.owner[1], rows=rows)]


def _is_grouped(sheet: Sheet, cells: list[str]) -> bool:
    first = ", ".join(cells)
    row = sheet.connection.execute(
        f"""
        with rows as (
            select row_number, ({first}) as owner, coalesce({first}) is null as is_blank,
                lag(({first})) over (order by row_number) as previous, lag(coalesce({first}) is null)
                    over (order by row_number) as previous_blank
            from body where left_out is null
        )
        select count(*) filter (where not is_blank and not previous_blank and owner = previous),
            min(row_number) filter (where not is_blank) < min(row_number) filter (where is_blank)
        from rows
        """
    ).fetchone()
    if row is None or row[0] or not row[1]:
        return False
    names = (
        "product_code",
        "product_name",
        "agreement_id",
        "agreement_name",
        "unit_price",
        "effective_date",
        "end_date",
    )
    alike = ", ".join(sheet.key(*names, "billed_month", "document_date", "record_id", "line_id", "plan"))
    if not alike:
        return False
    twice = sheet.connection.execute(
        f"""
        with rows as (
            select *, count(*) filter (where coalesce({first}) is not null) over (order by row_number) as place
            from body where left_out is null
        )
        select count(*) from (
            select 1 from rows group by place, {alike} having count(*) > 1 and bool_or(coalesce({first}) is null)
        )
        """
    ).fetchone()
    return twice is not None and not twice[0]


def _header(sheet: Sheet, name: str) -> str:
    row = sheet.grid.head.get(sheet.mapping.header_row, [])
    index = sheet.mapping.columns[name]
    return (row[index] or "") if index < len(row) else ""


def _fill_merged(sheet: Sheet) -> None:
    """Gives every row under a merged text cell its text. Numbers are not repeated: that would count them twice."""
    for top, left, bottom, right in sheet.grid.spans:
        if top > sheet.mapping.header_row and left == right and left < sheet.grid.width:
            sheet.connection.execute(
                f"update cleaned set c{left} = first.c{left} from cleaned as first "
                f"where first.row_number = {top} and first.k{left} = 't' "
                f"and cleaned.row_number > {top} and cleaned.row_number <= {bottom}"
            )


def _skipped(sheet: Sheet) -> str:
    tests = []
    by_name = {normalise(header): index for index, header in enumerate(sheet.mapping.headers)}
    for rule in sheet.profile.skip:
        index = by_name.get(normalise(rule.column))
        if index is None:
            reason = "a skip rule of profile.toml names a column that the file does not have"
            problem = Problem(sheet.grid.file, reason, "Mend the rule.", column=rule.column)
            sheet.problems.append(problem)
            continue
        values = ", ".join(literal(value.strip().lower()) for value in rule.values)
        tests.append(f"lower(coalesce(c{index}, '')) in ({values})")
    return " or ".join(tests) or "false"


def _is_total(sheet: Sheet) -> str:
    """SQL: the row adds other rows up.

    A total's name stands in the row's first cell, and nothing else names a client or a product: "Total Wine" with a
    product, or "Total Protection" of a client, are data.
    """
    owner, product, _ = REQUIRED[sheet.mapping.kind].values()
    groups = [[name for name in names if name in sheet.mapping.columns] for names in (owner, product)]
    groups = [group for group in groups if group]
    identity = [sheet.cell(name) for group in groups for name in group]
    totals = sheet.aliases.totals

    def named(cell: str) -> str:
        tests = [f"lower({cell}) in ({', '.join(map(literal, totals['exact']))})"]
        tests += [f"starts_with(lower({cell}), {literal(start)})" for start in totals["starts"]]
        if len(groups) > 1:
            nothing = " and ".join(f"{sheet.cell(n)} is null" for n in groups[1])
            tests += [
                f"(starts_with(lower({cell}), {literal(start)}) and {nothing})" for start in totals["starts_open"]
            ]
        if len(groups) > 1:  # with one identity alone, "Acme Total" may be a name
            tests += [f"ends_with(lower({cell}), {literal(end)})" for end in totals["ends"]]
        return "(" + " or ".join(tests) + ")"

    first = f"coalesce({', '.join(f'c{i}' for i in range(sheet.grid.width))})"
    others = " and ".join(f"({cell} is null or {named(cell)})" for cell in identity) or "true"
    open_group = " or ".join(f"coalesce({', '.join(sheet.cell(n) for n in group)}) is null" for group in groups)
    exact = " and ".join(f"{cell} is not null" for cell in identity) or "true"
    lonely = f"({open_group}) or ({exact})" if len(groups) > 1 else "true"
    return f"({named(first)} and {others} and ({lonely}))"


def drop_unnamed_total(sheet: Sheet) -> list[Note]:
    """Leaves out a last row that names nothing and holds the sum of the quantities above it."""
    identity = [sheet.cell(n) for names in REQUIRED[sheet.mapping.kind].values() for n in names
                if n in sheet.mapping.columns and n != "quantity"]  # fmt: skip
    if not identity or "quantity" not in sheet.mapping.columns:
        return []
    row = sheet.connection.execute(
        f"""
        select row_number from body
        where row_number = (select max(row_number) from body) and coalesce({", ".join(identity)}) is null
            and (select count(*) from body) > 1
            and (select sum(amount) from parsed where name = 'quantity' and row_number < body.row_number)
              = (select amount from parsed where name = 'quantity' and row_number = body.row_number)
        """
    ).fetchall()
    if not row:
        return []
    for table in ("body", "parsed"):
        sheet.connection.execute(f"delete from {table} where row_number = ?", [row[0][0]])
    where = sheet.grid.where(row[0][0])
    return [Note("left_out", f"left out 1 totals rows (first at {where})", rows=1, first=where)]
