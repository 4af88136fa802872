"""Which rows count, by the words of the columns that decide: states, flags, kinds of document rows, billing cycles.

Belongs here: `judge`, which gives every row its reasons. Does not belong here: what a word means (`words.py`), the days
that decide (dbt, which knows the month that is asked about).
"""

import re
from collections.abc import Callable
from typing import Any

import pyarrow as pa

from connectors.exports import dates
from connectors.exports.aliases import normalise
from connectors.exports.notes import Note
from connectors.exports.problems import shown
from connectors.exports.sheet import Sheet
from connectors.exports.words import read_cycle, read_flag, read_month, read_state, read_type
from connectors.sql import literal

_WORD = re.compile(
    r'(?P<header>.*) is (?P<word>".*"), (?:which is no word that is known|and nobody can say whether that counts)'
)
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?:\D|$)")
_SHOWN_VALUES = 5
_SHOWN_COLUMNS = 12


def judge(sheet: Sheet, order: str) -> None:
    """Makes `judged` (row_number, status, not_counted, fault, said_gone_on, is_credit, is_part, price_months).

    A row that is gone and bears a day of its own from which it is (a cancelled date) is judged by that day, in dbt.
    """
    words = [_words(sheet, index, role) for index, role in sheet.mapping.deciders]
    cycle = sheet.mapping.columns.get("billing_cycle")
    if cycle is not None:
        words.append(_words(sheet, cycle, "cycle"))
    union = " union all ".join(words) or (
        "select 0::bigint as row_number, 0 as place, '' as said, '' as answer, '' as day, 0 as months, "
        "false as of_parent where false"
    )
    other = "dmy" if order == "mdy" else "mdy"
    day = f"coalesce({dates.value('day', order)}, {dates.value('day', other)})"
    cancelled = f"({date_value(sheet, 'cancelled_date', order)}) is not null"
    ended = date_value(sheet, "end_date", order)
    started = f"({date_value(sheet, 'effective_date', order)}) is not null"
    sheet.connection.execute(
        f"""
        create or replace temp table judged as
        with said as (
            {union}
        ),
        answers as (
            select row_number,
                string_agg(said, '; ' order by place) filter (where months is null and answer <> 'ordinary') as status,
                min_by(said, place) filter (where answer in ('gone', 'ending') and of_parent) as parent_gone,
                min_by(said, place) filter (where answer in ('gone', 'ending') and not of_parent) as own_gone,
                coalesce(
                    bool_and(answer = 'ending') filter (where answer in ('gone', 'ending') and not of_parent), false
                ) as is_ending,
                min_by(said, place) filter (where answer in ('money', 'one_time', 'no_bill')) as no_units,
                min_by(said, place) filter (where answer = 'part') as part,
                bool_or(answer = 'credit') as is_credit,
                min_by(said, place) filter (where answer = 'dated') as dated,
                min_by(said, place) filter (where answer = 'ask') as asked,
                min_by(said, place) filter (where answer = 'unknown') as unknown,
                min({day}) filter (where answer in ('gone', 'ending') and not of_parent) as said_gone_on,
                max(months) filter (where months <> 0) as price_months,
                min_by(said, place) filter (where months = 0) as once
            from said group by 1
        )
        select body.row_number, status,
            coalesce(said_gone_on, if(is_ending, cast(({ended}) + interval 1 day as date), null)) as said_gone_on,
            coalesce(is_credit, false) as is_credit,
            part is not null as is_part,
            coalesce(price_months, {sheet.mapping.price_months or "null"}) as price_months,
            case
                when parent_gone is not null then parent_gone
                when own_gone is not null and not {cancelled} and said_gone_on is null
                    and not (is_ending and ({ended}) is not null)
                    then own_gone
                when no_units is not null then no_units || ', which states no units'
                when once is not null then once || ', which does not recur'
                when part is not null and not {_has_period(sheet)} then part || ', which is money for some days'
            end as not_counted,
            case
                when asked is not null then asked || ', and nobody can say whether that counts'
                when unknown is not null then unknown || ', which is no word that is known'
                when dated is not null and not {started} then dated || ', and it names no first day'
            end as fault
        from body left join answers using (row_number)
        """
    )


def _has_period(sheet: Sheet) -> str:
    return "true" if sheet.mapping.kind == "vendor" and "charged_from" in sheet.mapping.columns else "false"


def date_value(sheet: Sheet, name: str, order: str) -> str:
    """SQL of the day in raw column `name` of `body`; null where the file has none or writes a day for none."""
    if name not in sheet.mapping.columns:
        return "null::date"
    value = dates.value(sheet.cell(name), order)
    return f"select if({dates.NO_DAYS.format(day='day')}, null, day) from (select {value} as day)"


def _words(sheet: Sheet, index: int, role: str) -> str:
    """SQL: what one column says of each row, its distinct texts read one by one."""
    header = sheet.mapping.headers[index]
    aliases = sheet.aliases
    states: Callable[[str], tuple[str, str | None, int | None]]

    def state(text: str) -> tuple[str, str | None, int | None]:
        found = read_state(text, aliases, sheet.profile.states)
        if found.answer == "gone" and found.is_ending and sheet.mapping.kind == "vendor":
            return "ending", found.day, None
        return found.answer, found.day, None

    def flag(text: str) -> tuple[str, str | None, int | None]:
        found = read_flag(text, aliases)
        if found is None:
            return state(text)
        if role == "ask":
            return ("ask" if found else "counts"), None, None
        return ("counts" if found == (role == "active") else "gone"), None, None

    def kind(text: str) -> tuple[str, str | None, int | None]:
        found = read_type(text, aliases)
        if found == "credit" and sheet.mapping.kind == "vendor" and "charged_from" not in sheet.mapping.columns:
            found = "money"
        elif found == "credit" and sheet.mapping.kind == "vendor":
            found = "part"
        if found is None:
            # "Trial" in a column of kinds is a state; an ordinary kind says nothing of how things stand.
            said = state(text)
            return said if said[0] in ("ask", "gone", "ending") else ("ordinary", None, None)
        return found, None, None

    def cycle(text: str) -> tuple[str, str | None, int | None]:
        months = read_cycle(text, aliases)
        if months is None and sheet.mapping.kind == "vendor":
            return "cycle", None, -1  # the units are known, what one costs a month is not
        return ("unknown" if months is None else "cycle"), None, months

    states = {"state": state, "type": kind, "cycle": cycle}.get(role, flag)
    texts = [
        row[0]
        for row in sheet.connection.execute(f"select distinct c{index} from body where c{index} is not null").fetchall()
    ]
    rows = [(text, f"{header} is {shown(text)}", *states(text)) for text in sorted(texts)]
    columns = ("text", "said", "answer", "day", "months")
    types = (pa.string(), pa.string(), pa.string(), pa.string(), pa.int64())
    meanings = pa.table({name: pa.array([row[i] for row in rows], types[i]) for i, name in enumerate(columns)})
    name = f"meanings_{index}"
    sheet.connection.register(name, meanings)
    of_parent = index in sheet.mapping.parents
    return (
        f"select body.row_number, {index} as place, said, answer, day, months, {of_parent} as of_parent "
        f"from body join {name} on body.c{index} = {name}.text"
    )


def read_months(sheet: Sheet, name: str) -> str:
    """SQL: the first day of the month that raw column `name` names; a text that names none is a fault."""
    if name not in sheet.mapping.columns:
        return "null::date"
    cell = sheet.cell(name)
    texts = [
        row[0]
        for row in sheet.connection.execute(f"select distinct {cell} from body where {cell} is not null").fetchall()
    ]
    read = {text: read_month(text, sheet.aliases) for text in sorted(texts)}
    bad = ", ".join(literal(text) for text, month in read.items() if month is None)
    if bad:
        sheet.fault(f"select row_number, {cell} as value from body where {cell} in ({bad})", name,
                    "not one month of a year", "Write it as 2026-01.")  # fmt: skip
    good = ", ".join(f"{literal(text)}: date '{month}'" for text, month in read.items() if month is not None)
    return f"map {{{good}}}[{cell}]" if good else "null::date"


def unread_columns(sheet: Sheet) -> list[Note]:
    """Columns that nobody reads and that differ within one client and product: they may tell such rows apart."""
    mapping = sheet.mapping
    read = {*mapping.columns.values(), *(index for index, _ in mapping.deciders)}
    read |= {index for others in mapping.twins.values() for index in others}
    owner, name = mapping.owner
    each = mapping.each is not None
    keys = sheet.key(owner, name, "product_code", "product_name", "agreement_name", "plan", "licences")
    keys += [] if each else sheet.key("record_id")
    notes: list[Note] = []
    yes_and_no = ", ".join(map(literal, sheet.aliases.flags))
    unread = [i for i in range(sheet.grid.width) if i not in read and i < len(mapping.headers)]
    if not keys or not unread:
        return notes
    tests = ", ".join(f"bool_or(n{i} > 1)" for i in unread)
    counts = ", ".join(f"count(distinct c{i}) as n{i}" for i in unread)
    found: Any = sheet.connection.execute(
        f"select {tests} from (select {counts} from body group by {', '.join(keys)})"
    ).fetchone()
    for i, varies in zip(unread, found, strict=True):
        flags = sheet.count(f"(select distinct c{i} from body where c{i} is not null)")
        is_flag = flags == 2 and not sheet.count("body", f"lower(c{i}) not in ({yes_and_no})")
        if not (varies or is_flag) or len(notes) == _SHOWN_COLUMNS:
            continue
        values = [
            row[0]
            for row in sheet.connection.execute(
                f"select c{i} from body where c{i} is not null group by 1 order by count(*) desc, 1 "
                f"limit {_SHOWN_VALUES + 1}"
            ).fetchall()
        ]
        if all(_is_number(value) for value in values) and not is_flag:
            continue  # an amount that follows from the quantity
        if each and len(values) > _SHOWN_VALUES:
            continue  # what a device or user has of its own
        named = ", ".join(shown(value) for value in values[:_SHOWN_VALUES])
        more = " and more" if len(values) > _SHOWN_VALUES else ""
        what = "differs between rows of one client and product" if varies else "says yes of some rows and no of others"
        text = f"column {mapping.headers[i]} is not read and {what}: {named}{more}"
        notes.append(Note("varies", text, header=mapping.headers[i], values=tuple(values[:_SHOWN_VALUES])))
    return notes


def unread_quantities(sheet: Sheet) -> list[Note]:
    """Of billing lines, columns that are called a quantity too, are not read and hold another number."""
    mapping = sheet.mapping
    index = mapping.columns.get("quantity")
    if mapping.kind != "billing" or index is None:
        return []
    known = set(sheet.aliases.columns["billing"]["quantity"])
    read = {*mapping.columns.values(), *(i for others in mapping.twins.values() for i in others)}
    notes = []
    for i in range(min(sheet.grid.width, len(mapping.headers))):
        if i in read or normalise(mapping.headers[i]) not in known:
            continue
        differs = f"c{i} is not null and c{i} is distinct from c{index}"
        rows = sheet.count("body", differs)
        if rows:
            found = sheet.connection.execute(f"select min(row_number) from body where {differs}").fetchall()
            where = sheet.grid.where(found[0][0])
            text = (
                f"quantity is read from {mapping.headers[index]}; {mapping.headers[i]} is not read and holds another "
                f"number in {rows} rows (first at {where}); quantity under [columns] in profile.toml chooses"
            )
            notes.append(Note("varies", text, column="quantity", header=mapping.headers[i], rows=rows, first=where))
    return notes


def _is_number(text: str) -> bool:
    if _DATE.match(text):
        return False
    return any(c.isdigit() for c in text) and not any(c.isalpha() for c in text)


def judged_notes(sheet: Sheet) -> list[Note]:
    """What the words of the rows left out of the count, and what nobody can say."""
    notes = []
    for column, kind, what in (("not_counted", "not_counted", "not counted"), ("fault", "unclear", "not assessed")):
        for reason, count, first in sheet.connection.execute(
            f"select {column}, count(*), min(row_number) from judged where {column} is not null "
            "group by 1 order by 1 limit 20"
        ).fetchall():
            where = sheet.grid.where(first)
            text = f"{count} rows {what}: {reason} (first at {where}){_say_what_it_means(sheet, reason)}"
            notes.append(Note(kind, text, rows=count, first=where))  # type: ignore[arg-type]  # one of the two above
    return notes


def _say_what_it_means(sheet: Sheet, reason: str) -> str:
    """The line of the profile that explains a word of a state."""
    found = _WORD.fullmatch(reason)
    if found is None:
        return ""
    cycle = sheet.mapping.columns.get("billing_cycle")
    if cycle is not None and found["header"] == sheet.mapping.headers[cycle]:
        return ""
    return f': write under [states] in profile.toml {found["word"]} = "counts", or = "gone"'
