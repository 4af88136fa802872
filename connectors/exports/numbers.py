"""Numbers written as text, as DuckDB expressions: thousands marks, decimal commas, currency signs, brackets.

Belongs here: the SQL that takes a cell apart and the reading of a decimal mark from the evidence of a whole sheet.
Does not belong here: which columns are numbers, and what is said to the person.
"""

import re
from collections.abc import Iterable

import duckdb

from connectors.sql import literal

# A cell's text without the blanks that spreadsheets use (no-break, narrow, thin, figure, zero width, byte order mark).
_BLANKS = r"[\s\x{00A0}\x{202F}\x{2007}\x{2009}\x{2060}\x{200B}\x{FEFF}]+"


def clean(expression: str) -> str:
    """SQL: the text trimmed, inner blanks as one space, null where nothing is left."""
    return f"nullif(trim(regexp_replace({expression}, {literal(_BLANKS)}, ' ', 'g')), '')"


def currency_pattern(codes: dict[str, str]) -> str:
    """A regular expression of every sign and code, longest first so that "US$" is not read as "$"."""
    alternatives = sorted(codes, key=len, reverse=True)
    return "(?i)(" + "|".join(re.escape(sign).replace("\\ ", " ") for sign in alternatives) + ")"


# Shapes of the digits once sign, currency and grouping blanks or apostrophes are off. `dot` and `comma` prove the mark;
# `either` is "1,234" or "1.234", which says nothing by itself; `whole` has no mark.
_SHAPES = (
    ("whole", r"^[0-9]+$"),
    ("dot", r"^[0-9]{1,3}(,[0-9]{3})+\.[0-9]+$"),
    ("comma", r"^[0-9]{1,3}(\.[0-9]{3})+,[0-9]+$"),
    ("dot", r"^[0-9]{1,3}(,[0-9]{3}){2,}$"),
    ("comma", r"^[0-9]{1,3}(\.[0-9]{3}){2,}$"),
    ("dot", r"^(0|00+|[0-9]{4,}|)\.[0-9]+$"),
    ("comma", r"^(0|00+|[0-9]{4,}|),[0-9]+$"),
    ("dot", r"^[0-9]+\.([0-9]{1,2}|[0-9]{4,})$"),
    ("comma", r"^[0-9]+,([0-9]{1,2}|[0-9]{4,})$"),
    ("either", r"^[0-9]{1,3}[.,][0-9]{3}$"),
)


def take_apart(
    connection: duckdb.DuckDBPyConnection, source: str, target: str, codes: dict[str, str], shared: Iterable[str]
) -> None:
    """Makes table `target` from `source` (name, row_number, text, kind), one row per cell of a number column.

    Adds `sign` (1 or -1), `digits` (without sign, currency, blanks and apostrophes), `currency` (ISO code or null),
    `is_shared_sign` (the currency comes from a sign that several share) and `shape` (see `_SHAPES`; `number` for a cell
    the spreadsheet itself holds as a number, `zero` for an accounting dash, else `bad`).
    """
    pattern = literal(currency_pattern(codes))
    shared_signs = ", ".join(literal(sign.lower()) for sign in shared)
    signs = ", ".join(f"{literal(sign.lower())}: {literal(code)}" for sign, code in codes.items())
    shapes = " ".join(f"when regexp_matches(digits, {literal(shape)}) then '{name}'" for name, shape in _SHAPES)
    connection.execute(
        f"""
        create or replace temp table {target} as
        with signed as (
            select *, regexp_extract_all(text, {pattern}, 1) as found,
                -- "$12.00 USD" says it twice: the code is the exact one
                coalesce(list_filter(found, lambda f: regexp_matches(f, '^[A-Za-z]{{3}}$'))[1], found[1]) as token,
                trim(translate(regexp_replace(text, {pattern}, '', 'g'), '\u2212\u2013\u2019', '--''')) as body
            from {source}
        ),
        stripped as (
            select *,
                regexp_matches(body, '^(\\(.*\\)|-.*|.*-)$') as is_negative,
                trim(case
                    when regexp_matches(body, '^\\(.*\\)$') then body[2:-2]
                    when body[1] in ('-', '+') then body[2:]
                    when body[-1] = '-' then body[:-2]
                    else body
                end) as core
            from signed
        ),
        grouped as (
            select *,
                case
                    when len(found) > 2 then null
                    when regexp_matches(core, '^[0-9]{{1,3}}([ ''][0-9]{{3}})+([.,][0-9]+)?$')
                        then regexp_replace(core, '[ '']', '', 'g')
                    else core
                end as digits,
                regexp_matches(core, '^[0-9]{{1,3}}([ ''][0-9]{{3}})+[.][0-9]+$') as spaced_dot,
                regexp_matches(core, '^[0-9]{{1,3}}([ ''][0-9]{{3}})+[,][0-9]+$') as spaced_comma
            from stripped
        )
        select name, row_number, text, kind, if(is_negative, -1, 1) as sign, digits,
            map {{{signs}}}[lower(token)] as currency,
            list_contains([{shared_signs}], lower(token)) as is_shared_sign,
            case
                when kind = 'n' and try_cast(text as decimal(38, 12)) is not null then 'number'
                when kind <> 't' then 'bad'
                when core = '' and is_negative and len(found) > 0 then 'zero'
                when spaced_dot then 'dot'
                when spaced_comma then 'comma'
                {shapes}
                else 'bad'
            end as shape
        from grouped
        """
    )


def value(mark: str) -> str:
    """SQL: the exact value of a taken-apart cell under a decimal mark, or null where the cell does not fit the mark."""
    group = "," if mark == "." else "."
    fits = rf"^([0-9]*(\{mark}[0-9]+)?|[0-9]{{1,3}}(\{group}[0-9]{{3}})+(\{mark}[0-9]+)?)$"
    digits = f"replace(replace(digits, '{group}', ''), '{mark}', '.')"
    return f"""
        case
            when shape = 'number' then cast(text as decimal(38, 12))
            when shape = 'zero' then 0
            when shape <> 'bad' and regexp_matches(digits, {literal(fits)})
                then sign * try_cast({digits} as decimal(37, 12))
        end
    """
