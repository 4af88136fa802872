"""ConnectWise `conditions`, `orderBy` and `fields`: from query text to functions over rows.

Covers comparisons (`=`, `!=`, `<`, `<=`, `>`, `>=`, `contains`, `like`, `in`), `and`, `or`, parentheses, values in
double quotes, `[dates]`, numbers, booleans and null. Nested fields are written with a slash. `lastUpdated` and
`updatedBy` mean the fields of that name in `_info`, as at the vendor.
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any, Final

from sandbox.paging import Row

Predicate = Callable[[Row], bool]

_TOKEN: Final = re.compile(
    r"""\s*(?:(?P<text>"[^"]*")|\[(?P<date>[^\]]*)\]|(?P<number>-?\d+(?:\.\d+)?)(?![\w/])"""
    r"""|(?P<operator><=|>=|!=|=|<|>|\(|\)|,)|(?P<word>[A-Za-z_][\w/]*))"""
)
_INFO_FIELDS: Final = {"lastUpdated": ("_info", "lastUpdated"), "updatedBy": ("_info", "updatedBy")}


class ConditionError(ValueError):
    """The text of conditions, orderBy or fields cannot be read."""


def field_reader(name: str) -> Callable[[Row], Any]:
    """Return a function that reads a field, nested with slashes, from a row; None where it is missing."""
    path = _INFO_FIELDS.get(name) or tuple(name.split("/"))

    def read(row: Row) -> Any:
        value: Any = row
        for part in path:
            if not isinstance(value, dict):
                return None
            value = value.get(part)
        return value

    return read


def parse_conditions(text: str) -> Predicate:
    """Turn a `conditions` parameter into a test of one row.

    Raises:
        ConditionError: The text does not follow the grammar.
    """
    return _Parser(text).parse()


def parse_order(text: str) -> list[tuple[Callable[[Row], Any], bool]]:
    """Turn an `orderBy` parameter (`name asc, id desc`) into (reader, is descending) pairs, first the most important.

    Raises:
        ConditionError: A direction is neither asc nor desc.
    """
    order = []
    for part in text.split(","):
        name, _, direction = part.strip().partition(" ")
        if not name or direction.strip().lower() not in ("", "asc", "desc"):
            raise ConditionError(f"orderBy {text!r} is invalid")
        order.append((field_reader(name), direction.strip().lower() == "desc"))
    return order


def sort_key(value: Any) -> tuple[bool, Any]:
    """Return a key that sorts missing values first."""
    return (value is not None, value if value is not None else 0)


def parse_fields(text: str) -> Callable[[Row], Row]:
    """Turn a `fields` parameter (`id,company/name`) into a function that keeps only these fields of a row."""
    paths = [part.strip().split("/") for part in text.split(",") if part.strip()]
    if not paths:
        raise ConditionError(f"fields {text!r} is invalid")

    def keep(row: Row) -> Row:
        kept: dict[str, Any] = {}
        for path in paths:
            source: Any = row
            target = kept
            for part in path[:-1]:
                source = source.get(part) if isinstance(source, dict) else None
                if not isinstance(source, dict):
                    break
                target = target.setdefault(part, {})
            if isinstance(source, dict) and path[-1] in source:
                target[path[-1]] = source[path[-1]]
        return kept

    return keep


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = self._split(text)
        self._at = 0

    @staticmethod
    def _split(text: str) -> list[tuple[str, str]]:
        tokens, position = [], 0
        while text[position:].strip():
            match = _TOKEN.match(text, position)
            if match is None or match.lastgroup is None:
                raise ConditionError(f"conditions {text!r}: cannot read from position {position}")
            tokens.append((match.lastgroup, match[match.lastgroup]))
            position = match.end()
        return tokens

    def parse(self) -> Predicate:
        test = self._any()
        if self._at != len(self._tokens):
            raise self._error()
        return test

    def _error(self) -> ConditionError:
        found = self._tokens[self._at][1] if self._at < len(self._tokens) else "the end"
        return ConditionError(f"conditions {self._text!r}: unexpected {found}")

    def _take(self, kind: str, *values: str) -> str | None:
        if self._at < len(self._tokens):
            found_kind, value = self._tokens[self._at]
            if found_kind == kind and (not values or value.lower() in values):
                self._at += 1
                return value
        return None

    def _any(self) -> Predicate:
        tests = [self._all()]
        while self._take("word", "or"):
            tests.append(self._all())
        return tests[0] if len(tests) == 1 else lambda row: any(test(row) for test in tests)

    def _all(self) -> Predicate:
        tests = [self._one()]
        while self._take("word", "and"):
            tests.append(self._one())
        return tests[0] if len(tests) == 1 else lambda row: all(test(row) for test in tests)

    def _one(self) -> Predicate:
        if self._take("operator", "("):
            test = self._any()
            if not self._take("operator", ")"):
                raise self._error()
            return test
        name = self._take("word")
        if name is None:
            raise self._error()
        read = field_reader(name)
        if self._take("word", "in"):
            wanted = self._list()
            return lambda row: _alike(read(row)) in wanted
        operator = self._take("operator", "=", "!=", "<", "<=", ">", ">=") or self._take("word", "contains", "like")
        if operator is None:
            raise self._error()
        return _comparison(read, operator.lower(), self._value())

    def _list(self) -> Sequence[Any]:
        if not self._take("operator", "("):
            raise self._error()
        values = [_alike(self._value())]
        while self._take("operator", ","):
            values.append(_alike(self._value()))
        if not self._take("operator", ")"):
            raise self._error()
        return values

    def _value(self) -> Any:
        if (text := self._take("text")) is not None:
            return text[1:-1]
        if (number := self._take("number")) is not None:
            return float(number)
        if (date := self._take("date")) is not None:
            return _moment(date, self._text)
        if (word := self._take("word", "true", "false", "null")) is not None:
            return {"true": True, "false": False, "null": None}[word.lower()]
        raise self._error()


def _moment(text: str, conditions: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise ConditionError(f"conditions {conditions!r}: {text!r} is not a date") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _alike(value: Any) -> Any:
    """Text compares without regard to case at the vendor."""
    return value.lower() if isinstance(value, str) else value


def _comparison(read: Callable[[Row], Any], operator: str, wanted: Any) -> Predicate:
    if isinstance(wanted, datetime):
        text = wanted.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        # Times in a world are all written in this one form, so that text order is time order.
        return _ordered(lambda row: read(row) or "", operator, text)
    if operator == "contains":
        return lambda row: str(_alike(wanted)) in str(_alike(read(row) or ""))
    if operator == "like":
        pattern = str(_alike(wanted)).replace("%", "*")
        return lambda row: fnmatchcase(str(_alike(read(row) or "")), pattern)
    if operator in ("=", "!="):
        same = _alike(wanted)
        return lambda row: (_alike(read(row)) == same) == (operator == "=")
    if wanted is None or isinstance(wanted, bool):
        raise ConditionError(f"{operator} needs a text, a number or a date")
    return _ordered(read, operator, wanted)


def _ordered(read: Callable[[Row], Any], operator: str, wanted: Any) -> Predicate:
    def test(row: Row) -> bool:
        value = read(row)
        if value is None or isinstance(value, str) != isinstance(wanted, str):
            return False
        if operator == ">":
            return bool(value > wanted)
        if operator == ">=":
            return bool(value >= wanted)
        if operator == "<":
            return bool(value < wanted)
        if operator == "<=":
            return bool(value <= wanted)
        return bool(value == wanted) == (operator == "=")

    return test
