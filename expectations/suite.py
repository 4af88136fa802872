"""The declaration of a suite: expectations as data, and the way they become Great Expectations objects.

Belongs here: `Expectation`, `Only`, `Suite`. Does not belong here: which table must satisfy what (the modules named
after the systems), the common wordings (`declare.py`) or running anything (`runner.py`). Great Expectations is imported
when a suite is built, never when this module is: its import takes seconds.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from connectors.tables import INTEGER, LOAD_COLUMNS, Table

Scope = Literal["rows", "facts"]
_NAME = re.compile(r"[a-z][a-z0-9_]*")
# Arguments of Great Expectations' classes that name columns.
_COLUMN_ARGUMENTS = ("column", "column_A", "column_B", "column_list")


@dataclass(frozen=True, slots=True)
class Only:
    """Limits an expectation to rows where `column` equals, differs from, or (`value` None) lacks a value."""

    column: str
    value: str | None
    equals: bool = True


@dataclass(frozen=True, slots=True)
class Expectation:
    """One property of a raw table.

    `name` is stable: history and alerts refer to it. `kind` is the class name in `great_expectations.expectations`,
    `arguments` its arguments. `blocking` means that the source is not assessed when it fails. `problem` says what is
    wrong when it fails, `remedy` what a person does about it. `scope` tells whether it looks at the rows or at the
    facts; for facts, `shows` is a format string over the facts frame. `only` limits it to some rows.
    """

    name: str
    kind: str
    arguments: Mapping[str, Any]
    blocking: bool
    problem: str
    remedy: str
    scope: Scope = "rows"
    shows: str = ""
    only: Only | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns this expectation looks at, in the order of its arguments."""
        found: list[str] = []
        for argument in _COLUMN_ARGUMENTS:
            value = self.arguments.get(argument, ())
            found.extend((value,) if isinstance(value, str) else value)
        if self.only is not None:
            found.append(self.only.column)
        return tuple(dict.fromkeys(found))

    def build(self) -> Any:
        """The Great Expectations object; its `meta` carries `name`, its severity follows `blocking`."""
        from great_expectations import expectations as gxe

        arguments = dict(self.arguments)
        if self.only is not None:
            arguments["row_condition"] = _row_condition(self.only)
        severity = "critical" if self.blocking else "warning"
        return getattr(gxe, self.kind)(**arguments, severity=severity, meta={"name": self.name})


def _row_condition(only: Only) -> Any:
    from great_expectations.expectations.row_conditions import Column

    column = Column(only.column)
    if only.value is None:
        return column.is_null() if only.equals else column.is_not_null()
    return column == only.value if only.equals else column != only.value


@dataclass(frozen=True, slots=True)
class Suite:
    """What one raw table of one source system must satisfy.

    `floor_percent`: the row count may not fall below this share of the load before.

    Raises `ValueError` where two expectations share a name, a name is not snake_case, or a column is not declared.
    """

    system: str
    table: Table
    expectations: tuple[Expectation, ...]
    floor_percent: int = 80

    def __post_init__(self) -> None:
        names = [expectation.name for expectation in self.expectations]
        twice = {name for name in names if names.count(name) > 1}
        odd = {name for name in names if not _NAME.fullmatch(name)}
        declared = {column.name for column in (*self.table.columns, *LOAD_COLUMNS)}
        unknown = set(self.columns) - declared
        for what, found in (("repeated names", twice), ("names not in snake_case", odd), ("unknown columns", unknown)):
            if found:
                raise ValueError(f"suite {self.system}.{self.table.name}: {what}: {', '.join(sorted(found))}")

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns a frame must have: the table's key first, then whatever the expectations look at."""
        looked_at = (name for item in self.expectations if item.scope == "rows" for name in item.columns)
        return tuple(dict.fromkeys((*self.table.key, *looked_at)))

    @property
    def select(self) -> str:
        """The DuckDB select list that fetches the frame, for `SELECT {select} FROM ...`.

        Key columns come as text, blank as NULL: a nullable BIGINT would reach pandas as a float, which cannot tell
        large ids apart. Quantities and prices come as DOUBLE: pandas compares those, and the limits are whole numbers
        far below the 15 digits that a DOUBLE keeps.
        """
        return ", ".join(self._fetched(name) for name in self.columns)

    def _fetched(self, name: str) -> str:
        declared = self.table.column(name).type
        if name in self.table.key:
            return f'nullif(trim(CAST("{name}" AS VARCHAR)), \'\') AS "{name}"'
        if declared == INTEGER or declared.startswith("DECIMAL"):
            return f'CAST("{name}" AS DOUBLE) AS "{name}"'
        return f'"{name}"'

    def build(self, scope: Scope = "rows") -> list[Any]:
        """The Great Expectations objects of one scope, in declared order (imports Great Expectations)."""
        return [expectation.build() for expectation in self.expectations if expectation.scope == scope]
