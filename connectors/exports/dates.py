"""Dates written as text, as DuckDB expressions: ISO, European, US, with month names.

Belongs here: the SQL that tells the shapes apart and reads them. Does not belong here: what is said to the person.
"""

from connectors.sql import literal

# Days that programs write for "no date".
_NO_DATE = ("0000-00-00", "00.00.0000", "00/00/0000", "n/a", "na", "none", "null", "never", "-")
_TIME = r"([ T,]+[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?( ?[AaPp]\.?[Mm]\.?)?)?( ?(Z|UTC|[+-][0-9]{2}:?[0-9]{2}))?$"
_ISO = "^[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}" + _TIME
_DOTTED = r"^[0-9]{1,2}\.[0-9]{1,2}\.([0-9]{4}|[0-9]{2})" + _TIME
_SLASHED = "^[0-9]{1,2}[/-][0-9]{1,2}[/-]([0-9]{4}|[0-9]{2})" + _TIME
_SHORT_YEAR = "^[0-9]{1,2}[^0-9][0-9]{1,2}[^0-9][0-9]{2}([^0-9]|$)"  # 1/1/26, not 1/1/0001
# Two-digit years first: DuckDB reads the 26 of "15 Jan 26" as the year 26 under %Y, and 2026 never fits %y.
_NAMED = (
    "%d %b %y", "%d %B %y", "%b %d %y", "%B %d %y", "%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y",
)  # fmt: skip
# What programs write as a day where there is none: the first day of their calendar, or one before any billing.
NO_DAYS = "({day} < date '1901-01-01' or {day} = date '1970-01-01')"


def shape(text: str) -> str:
    """SQL: `iso`, `compact`, `dotted` (day first), `slashed` (order unknown), `named`, `none` or null."""
    return f"""
        case
            when lower({text}) in ({", ".join(map(literal, _NO_DATE))}) then 'none'
            when regexp_matches({text}, {literal(_ISO)}) then 'iso'
            when regexp_matches({text}, '^(19|20|99)[0-9]{{6}}$') then 'compact'
            when regexp_matches({text}, {literal(_DOTTED)}) then 'dotted'
            when regexp_matches({text}, {literal(_SLASHED)})
                then 'slashed'
            when regexp_matches({text}, '[0-9]') and regexp_matches({text}, '[A-Za-z]{{3}}') then 'named'
        end
    """


def part(text: str, index: int) -> str:
    """SQL: the `index`-th number (from 1) of a date text."""
    return f"try_cast(regexp_extract({text}, '([0-9]+)[^0-9]+([0-9]+)[^0-9]+([0-9]+)', {index}) as integer)"


def value(text: str, order: str) -> str:
    """SQL: the date of a text, its slashed dates in `order` (`dmy` or `mdy`); null where it names no day.

    Two-digit years are of this century: billing data has no older ones. A time of day is cut off.
    """
    first, second, third = (part(text, index) for index in (1, 2, 3))
    day, month = (first, second) if order != "mdy" else (second, first)
    full_year = f"if(regexp_matches({text}, {literal(_SHORT_YEAR)}), {third} + 2000, {third})"
    weekday = "'(?i)^(mon|tue|wed|thu|fri|sat|sun)[a-z]* '"
    words = f"trim(regexp_replace(regexp_replace({text}, '[-,./ ]+', ' ', 'g'), {weekday}, ''))"
    named = ", ".join(map(literal, _NAMED))
    return f"""
        case {shape(text)}
            when 'iso' then {_day(first, second, third)}
            when 'compact' then cast(try_strptime({text}, '%Y%m%d') as date)
            when 'dotted' then {_day(full_year, second, first)}
            when 'slashed' then {_day(full_year, month, day)}
            when 'named' then cast(try_strptime({words}, [{named}]) as date)
        end
    """


def _day(year: str, month: str, day: str) -> str:
    return f"try_cast(format('{{:04d}}-{{:02d}}-{{:02d}}', {year}, {month}, {day}) as date)"
