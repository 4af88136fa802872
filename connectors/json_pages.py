"""From pages of JSON text to one typed Arrow table, in DuckDB and without a Python object per row.

The declared columns (`connectors/tables.py`) say what is taken out and with which type. Numbers and booleans stay JSON
text until they are cast, so money never passes through a float of ours, and a value of another kind than declared is
an error that names it instead of a silent null. (DuckDB's JSON reader itself keeps about 17 significant digits, as a
JSON double does.)

Does not belong here: fetching pages, judging whether a read is complete.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import duckdb
import pyarrow as pa

from connectors.errors import FieldError, SourceReadError, shorten
from connectors.sql import literal
from connectors.tables import BOOLEAN, DATE, EPOCH_SECONDS, INTEGER, JSON, QUANTITY, TEXT, TIMESTAMP, Column, Table

_ARROW_TYPES = {
    TEXT: pa.string(),
    JSON: pa.string(),
    INTEGER: pa.int64(),
    BOOLEAN: pa.bool_(),
    TIMESTAMP: pa.timestamp("us", tz="UTC"),
    DATE: pa.date32(),
    EPOCH_SECONDS: pa.float64(),
}


@dataclass(frozen=True, slots=True)
class PageText:
    """One page as received, with the values that the connector knows and the page does not (a tenant id)."""

    text: str
    context: Mapping[str, str] = field(default_factory=dict)


def arrow_type(column_type: str) -> pa.DataType:
    """The Arrow type of a declared column type; raises `KeyError` for a type that tables.py does not declare."""
    if column_type.startswith("DECIMAL("):
        precision, scale = column_type.removeprefix("DECIMAL(").removesuffix(")").split(",")
        return pa.decimal128(int(precision), int(scale))
    return _ARROW_TYPES[column_type]


def arrow_schema(table: Table) -> pa.Schema:
    """The Arrow schema of `table` with `_source_row` and `_captured_at`, without `_dlt_load_id` (dlt adds it)."""
    fields = [pa.field(c.name, arrow_type(c.type), nullable=c.name not in table.key) for c in table.columns]
    fields.append(pa.field("_source_row", pa.string()))
    fields.append(pa.field("_captured_at", pa.timestamp("us", tz="UTC")))
    return pa.schema(fields)


def empty(table: Table) -> pa.Table:
    """No rows of `table`."""
    return arrow_schema(table).empty_table()


def quote(name: str) -> str:
    """`name` as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def connect() -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB in UTC for parsing; one thread, so that parallel sources do not crowd each other out."""
    connection = duckdb.connect(":memory:", config={"threads": 2})
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def parse(pages: Sequence[PageText], table: Table, *, system: str, rows_path: str, captured_at: datetime) -> pa.Table:
    """All rows of `pages` as one Arrow table with the schema `arrow_schema(table)`, in the order received.

    Args:
        pages: the answers; many small ones are parsed in one go.
        table: the declaration; columns with an empty path are taken from each page's context.
        system: source system, for messages.
        rows_path: JSON path of the array of rows inside a page, `$` when the page is the array.
        captured_at: the source's clock, written into `_captured_at`.

    Raises:
        FieldError: a field has another type than declared, more decimals than a quantity keeps, or stands twice; or a
            key is missing.
        SourceReadError: a page is not JSON, or has no array at `rows_path`.
    """
    if not pages:
        return empty(table)
    with connect() as connection:
        connection.register("pages", _pages_table(pages, table))
        try:
            _refuse_bad_pages(connection, table, system, rows_path)
            connection.execute(_rows_sql(table, rows_path))
            _refuse_doubled_keys(connection, table, system)
            result = connection.execute(_typed_sql(table), [captured_at]).to_arrow_table()
        except duckdb.Error as error:
            raise _explain(connection, table, system, error) from None
        _refuse_bad_rows(connection, table, system, result)
    return result.cast(arrow_schema(table))


def _pages_table(pages: Sequence[PageText], table: Table) -> pa.Table:
    columns: dict[str, pa.Array] = {
        "page_number": pa.array(range(len(pages)), pa.int64()),
        "page": pa.array([page.text for page in pages], pa.string()),
    }
    for column in table.columns:
        if not column.path:
            columns[column.name] = pa.array([page.context.get(column.name) for page in pages], pa.string())
    return pa.table(columns)


def _rows_sql(table: Table, rows_path: str) -> str:
    """One temporary row per JSON row: its page, its raw text and its top level as JSON leaves."""
    context = "".join(f"{quote(c.name)}, " for c in table.columns if not c.path)
    rows = "page" if rows_path == "$" else f"json_extract(page, {literal(rows_path)})"
    names = dict.fromkeys(c.path.split(".")[0] for c in table.columns if c.path)
    leaves = ", ".join('"' + name.replace('"', '\\"') + '": "JSON"' for name in names)
    return f"""
        CREATE OR REPLACE TEMP TABLE received AS
        SELECT page_number, {context}raw, from_json(raw, {literal("{" + leaves + "}")}) AS leaf
        FROM (SELECT page_number, {context}unnest(from_json({rows}, '["JSON"]')) AS raw FROM pages)
    """  # noqa: S608 - names come from our own declarations, quoted


def _leaf(column: Column) -> str:
    """SQL of the column's value as JSON text (null for a missing or null one)."""
    head, _, rest = column.path.partition(".")
    top = f"leaf.{quote(head)}"
    if not rest:
        return f"({top})::VARCHAR"
    # A parent that is not an object would make its fields null in silence: the cast of its text always fails.
    inside = f"json_extract({top}, {literal('$.' + rest)})::VARCHAR"
    return (
        f"(CASE WHEN left({top}::VARCHAR, 1) = '{{' THEN nullif({inside}, 'null') ELSE {_fail(f'{top}::VARCHAR')} END)"
    )


def _fail(text: str) -> str:
    """SQL that raises a conversion error for any non-null `text`; TRY can catch it, unlike DuckDB's error()."""
    return f"CAST('x' || ({text}) AS BIGINT)::VARCHAR"


def _typed(column: Column) -> str:
    """SQL of the column's typed value; raises a conversion error where the value is of another kind."""
    if not column.path:
        return f"{quote(column.name)}::{column.type}"
    text = _leaf(column)
    if column.type == JSON:
        return text
    string = f"CASE WHEN left({text}, 1) = '\"' THEN ({text})::JSON ->> '$' ELSE {_fail(text)} END"
    if column.type == TEXT:
        return string
    if column.type in (TIMESTAMP, DATE):
        return f"CAST({string} AS {column.type})"
    if column.type == BOOLEAN:
        return f"CASE {text} WHEN 'true' THEN true WHEN 'false' THEN false ELSE {_fail(text)} IS NULL AND NULL END"
    if column.type == INTEGER:
        # A plain cast would round 5.7 to 6: only a fraction of zero may go.
        return (
            f"CASE WHEN contains({text}, '.') AND NOT ends_with({text}, '.0') THEN CAST({_fail(text)} AS BIGINT)"
            f" ELSE CAST({text} AS BIGINT) END"
        )
    if column.type == QUANTITY:
        # A cast would round a digit away; what a binary fraction leaves at the far end is no digit.
        lost = f"abs(CAST({text} AS DOUBLE) - CAST(CAST({text} AS {QUANTITY}) AS DOUBLE))"
        is_exact = f"{lost} <= 1e-12 * greatest(1, abs(CAST({text} AS DOUBLE)))"
        return f"CASE WHEN {is_exact} THEN CAST({text} AS {QUANTITY}) ELSE CAST({_fail(text)} AS {QUANTITY}) END"
    return f"CAST({text} AS {column.type})"


def _typed_sql(table: Table) -> str:
    columns = ",\n".join(f"{_typed(column)} AS {quote(column.name)}" for column in table.columns)
    return f"SELECT {columns}, raw::VARCHAR AS _source_row, ?::TIMESTAMPTZ AS _captured_at FROM received"  # noqa: S608


def _row_key(table: Table) -> str:
    """SQL of a short text that names a row: the vendor's values of the key columns."""
    keys = [table.column(name) for name in table.key]
    parts = [f"coalesce({quote(c.name)}::VARCHAR, '?')" if not c.path else f"coalesce({_raw(c)}, '?')" for c in keys]
    return " || '/' || ".join(parts)


def _raw(column: Column) -> str:
    return f"TRY(json_extract_string(raw, {literal('$.' + column.path)}))"


def _refuse_bad_rows(connection: duckdb.DuckDBPyConnection, table: Table, system: str, result: pa.Table) -> None:
    """Rows that are no objects and rows without a key did not fail a cast: they are null where they must not be."""
    for name in table.key:
        if result.column(name).null_count:
            column = table.column(name)
            raise _first_bad(connection, table, system, column, f"TRY({_typed(column)}) IS NULL", "the key is missing")


def _first_bad(
    connection: duckdb.DuckDBPyConnection, table: Table, system: str, column: Column, where: str, problem: str | None
) -> FieldError:
    name = column.path or column.name
    row = connection.execute(
        f"SELECT page_number, {_row_key(table)}, {_raw(column) if column.path else 'NULL'} FROM received"  # noqa: S608
        f" WHERE {where} ORDER BY page_number LIMIT 1"
    ).fetchone()
    assert row is not None, "called only when a row is known to be bad"
    expected = {JSON: "an object", QUANTITY: "a number of at most four decimals"}.get(column.type, column.type)
    problem = problem or f"expected {expected}, received {shorten(row[2])!r}"
    return FieldError(system, table.endpoint, field=name, row_key=shorten(row[1]), problem=problem, page=row[0])


def _refuse_doubled_keys(connection: duckdb.DuckDBPyConnection, table: Table, system: str) -> None:
    """A name that stands twice in one object has two values, and a reader that takes either is wrong half the time."""
    inside = dict.fromkeys(c.path.rpartition(".")[0] for c in table.columns if "." in c.path)
    lists = [c.path for c in table.columns if c.path and c.type == JSON]
    checks = [("''", "json_keys(raw)")]
    checks += [(literal(f"{path}."), f"json_keys(raw, {literal('$.' + path)})") for path in inside]
    # The keys of every object of a list, one list of names for each.
    listed = [(literal(f"{path}[]."), f"json_keys(raw, {literal('$.' + path + '[*]')})") for path in lists]
    conditions = [f"list_unique({keys}) <> len({keys})" for _, keys in checks]
    conditions += [f"list_bool_or(list_transform({keys}, lambda k: list_unique(k) <> len(k)))" for _, keys in listed]
    doubled = "list_filter({0}, lambda k: len(list_filter({0}, lambda other: other = k)) > 1)[1]"
    names = [f"{prefix} || {doubled.format(keys)}" for prefix, keys in checks]
    names += [
        f"{prefix} || list_filter(list_transform({keys}, lambda ks: {doubled.format('ks')}),"
        " lambda name: name IS NOT NULL)[1]"
        for prefix, keys in listed
    ]
    row = connection.execute(
        f"SELECT page_number, {_row_key(table)}, coalesce({', '.join(names)}) FROM received"  # noqa: S608
        f" WHERE {' OR '.join(conditions)} ORDER BY page_number LIMIT 1"
    ).fetchone()
    if row is not None:
        key, name = shorten(row[1]), shorten(row[2])
        raise FieldError(system, table.endpoint, field=name, row_key=key, problem="stands twice", page=row[0])


def _refuse_bad_pages(connection: duckdb.DuckDBPyConnection, table: Table, system: str, rows_path: str) -> None:
    """A page without an array of rows would count as no rows at all."""
    bad = connection.execute(
        f"SELECT page_number, left(page, 40) FROM pages"  # noqa: S608
        f" WHERE TRY(json_type(page, {literal(rows_path)})) IS DISTINCT FROM 'ARRAY' LIMIT 1"
    ).fetchone()
    if bad is not None:
        reason = f"page {bad[0] + 1} has no list of rows at {rows_path}: it begins {bad[1]!r}"
        raise SourceReadError(system, table.endpoint, reason)


def _explain(connection: duckdb.DuckDBPyConnection, table: Table, system: str, error: duckdb.Error) -> SourceReadError:
    """The typed error behind a failed parse: the first field that is not what it should be."""
    for column in table.columns:
        if not column.path:
            continue
        parent, nested, _ = column.path.rpartition(".")
        if nested:
            whole = Column(parent, parent, JSON)
            where = f"json_type(raw, {literal('$.' + parent)}) NOT IN ('OBJECT', 'NULL')"
            if _any(connection, where):
                return _first_bad(connection, table, system, whole, where, None)
        where = f"{_raw(column)} IS NOT NULL AND TRY({_typed(column)}) IS NULL"
        if _any(connection, where):
            return _first_bad(connection, table, system, column, where, None)
    return SourceReadError(system, table.endpoint, f"the pages could not be read: {shorten(error)}")


def _any(connection: duckdb.DuckDBPyConnection, where: str) -> bool:
    row = connection.execute(f"SELECT count(*) FROM received WHERE {where}").fetchone()  # noqa: S608
    return bool(row and row[0])
