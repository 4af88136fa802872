"""Which rows below the header are data: not blank lines, repeated headers, totals, headings, notes, skipped rows.

Belongs here: `make_body` and `drop_unnamed_total`. Does not belong here: what the cells hold.
"""

from connectors.exports.aliases import normalise
from connectors.exports.headers import REQUIRED
from connectors.exports.numbers import clean
from connectors.exports.problems import Problem
from connectors.exports.sheet import Sheet
from connectors.sql import literal
from connectors.tables import DATE, PRICE, QUANTITY


def make_body(sheet: Sheet) -> list[str]:
    """Makes `body`, the rows that are data, and says how many rows were left out and why."""
    grid, mapping = sheet.grid, sheet.mapping
    sheet.connection.register("cells", grid.cells)
    width = range(grid.width)
    kinds = [f"k{i}" if grid.typed else "'t'" for i in width]
    cells = [f"{clean(f'c{i}')} as c{i}, c{i} as r{i}, {kinds[i]} as k{i}" for i in width]
    sheet.connection.execute(
        f"create or replace temp table cleaned as select row_number, {', '.join(cells)} from cells "
        f"where row_number > {mapping.header_row}"
    )
    _fill_merged(sheet)
    every = ", ".join(f"c{i}" for i in width)
    header = " and ".join(f"{sheet.cell(n)} = {literal(' '.join(_header(sheet, n).split()))}" for n in mapping.columns)
    number_cells = [sheet.cell(name) for name in sheet.of_type(QUANTITY, PRICE, DATE)]
    one_text = f"len(list_filter([{every}], lambda c: c is not null)) = 1"
    if number_cells:
        one_text += f" and coalesce({', '.join(number_cells)}) is null"
    sheet.connection.execute(
        f"""
        create or replace temp table body as
        select *,
            case
                when coalesce({every}) is null then 'blank'
                when {header or "false"} then 'repeated header rows'
                when {_skipped(sheet)} then 'rows by the skip rules of profile.toml'
                when {_is_total(sheet)} then 'totals rows'
                when {one_text} then 'rows with a single text (headings, notes)'
            end as left_out
        from cleaned
        """
    )
    counts = sheet.connection.execute(
        "select left_out, count(*), min(row_number) from body where left_out <> 'blank' group by 1 order by 1"
    ).fetchall()
    sheet.connection.execute("delete from body where left_out is not null")
    return [f"left out {count} {what} (first at {grid.where(first)})" for what, count, first in counts]


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
        if len(groups) > 1:  # with one identity alone, "Acme Total" may be a name
            tests += [f"ends_with(lower({cell}), {literal(end)})" for end in totals["ends"]]
        return "(" + " or ".join(tests) + ")"

    first = f"coalesce({', '.join(f'c{i}' for i in range(sheet.grid.width))})"
    others = " and ".join(f"({cell} is null or {named(cell)})" for cell in identity) or "true"
    open_group = " or ".join(f"coalesce({', '.join(sheet.cell(n) for n in group)}) is null" for group in groups)
    exact = " and ".join(f"{cell} is not null" for cell in identity) or "true"
    lonely = f"({open_group}) or ({exact})" if len(groups) > 1 else "true"
    return f"({named(first)} and {others} and ({lonely}))"


def drop_unnamed_total(sheet: Sheet) -> list[str]:
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
    return [f"left out 1 totals rows (first at {sheet.grid.where(row[0][0])})"]
