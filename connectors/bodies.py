"""What a JSON body must look like, and the facts about it that paging needs, without building its rows.

Does not belong here: requests and retries (`connectors/http.py`), types of fields (`connectors/json_pages.py`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from connectors.sql import literal


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a body must look like: JSON with an array at `rows` (`$`: the body itself), or one object when None."""

    rows: str | None = "$"
    key: str = "id"  # the field that identifies a row inside the array
    null_means: str | None = None  # the error behind a body of `null`, where the vendor gives it a meaning


def inspect_body(database: duckdb.DuckDBPyConnection, text: str, envelope: Envelope) -> dict[str, Any]:
    """Facts about a JSON body that paging and completeness need, taken by DuckDB without building its rows.

    Raises:
        ValueError: the body is not JSON, or has another envelope; the message says which.
    """
    with database.cursor() as cursor:
        valid = cursor.execute("SELECT json_valid(?)", [text]).fetchone()
        if not (valid and valid[0]):
            return _refuse_body(f"JSON cut off or broken after {len(text)} characters")
        if envelope.rows is None:
            try:
                body = json.loads(text, object_pairs_hook=_once)
            except _DoubledError as error:
                return _refuse_body(str(error))
            if body is None and envelope.null_means:
                return _refuse_body(envelope.null_means)
            return {"envelope": body} if isinstance(body, dict) else _refuse_body("not a JSON object")
        path, key = literal(envelope.rows), literal(f"{envelope.rows}[#-1].{envelope.key}")
        row = cursor.execute(
            f"""SELECT json_type(body, {path}), json_array_length(body, {path}), json_extract_string(body, {key}),
                       md5(json_extract(body, {path})::VARCHAR), json_keys(body) FROM (SELECT ?::JSON AS body)""",  # noqa: S608
            [text],
        ).fetchone()
        assert row is not None, "a select from one row gives one row"
        if len(set(row[4])) != len(row[4]):
            return _refuse_body(f"a field of the envelope stands twice: {', '.join(row[4])}")
        if row[0] != "ARRAY":
            where = "the body" if envelope.rows == "$" else envelope.rows.removeprefix("$.")
            return _refuse_body(f"unexpected envelope: {where} is not a list")
        rest: Mapping[str, Any] = {}
        if envelope.rows != "$":
            # RFC 7396: merging a null takes the member away, and what is left is small.
            patch = json.dumps({envelope.rows.removeprefix("$."): None})
            small = cursor.execute("SELECT json_merge_patch(?, ?)::VARCHAR", [text, patch]).fetchone()
            rest = json.loads(small[0]) if small else {}
    return {"envelope": rest, "row_count": row[1], "last_key": row[2], "digest": row[3]}


class _DoubledError(ValueError):
    """A field stands twice in one object."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _DoubledError(f"a field stands twice: {', '.join(name for name, _ in pairs)}")
    return found


def _refuse_body(reason: str) -> dict[str, Any]:
    raise ValueError(reason)
