"""One rule file: from bytes to rules, with the lines of the file as an editor shows them.

Belongs here: encodings, delimiters, comments, blank lines, header. Does not belong here: what two rules mean together
(`overlap.py`). The rows are walked in Python, not as Arrow: people write these files, and every error needs its line.
"""

import codecs
import csv
import difflib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from connectors.files import read_file
from pipelines.rules.cells import convert
from pipelines.rules.declare import Rule, RuleFile
from pipelines.rules.errors import RuleError
from pipelines.rules.systems import Systems

BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# Excel writes the list separator of the country, and tabs as "Unicode text".
_DELIMITERS = (",", ";", "\t")
_COMMENT = "#"


def parse(path: Path, declared: RuleFile, systems: Systems) -> tuple[list[Rule], list[RuleError]]:
    """Read and judge one file by itself, line by line.

    Returns:
        The rules whose cells are all right, and everything that is wrong with the others.
    """
    try:
        text = _decode(read_file(path))
    except OSError as error:
        return [], [RuleError(declared.file, None, None, f"cannot be read: {error.strerror}")]
    except _NotText as error:
        return [], [RuleError(declared.file, error.line, None, str(error))]
    return _Parser(declared, systems).parse(text)


class _NotText(Exception):
    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


def _decode(data: bytes) -> str:
    encoding = next((name for mark, name in BYTE_ORDER_MARKS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise _NotText(line, "is not UTF-8 text; save the file as 'CSV UTF-8'") from None


class _Lines:
    """Hands lines to the CSV reader without comments, and remembers where the record at hand began.

    A line is a comment only where a record could begin: a quoted cell may hold a line that starts with `#`.
    """

    def __init__(self, text: str) -> None:
        self._lines = enumerate(io.StringIO(text, newline=""), start=1)
        self.began: int | None = None

    def __iter__(self) -> Iterator[str]:
        for number, line in self._lines:
            if self.began is None:
                if line.lstrip().startswith(_COMMENT):
                    continue
                self.began = number
            yield line


def delimiter(text: str) -> str:
    """The sign between the cells of a file: the one that its header holds most of."""
    for line in io.StringIO(text):
        if line.strip() and not line.lstrip().startswith(_COMMENT):
            return max(_DELIMITERS, key=line.count)
    return ","


class _Parser:
    def __init__(self, declared: RuleFile, systems: Systems) -> None:
        self.declared = declared
        self.systems = systems
        self.columns = {column.name: column for column in declared.columns}
        self.errors: list[RuleError] = []

    def parse(self, text: str) -> tuple[list[Rule], list[RuleError]]:
        records = self._records(text)
        line, header = next(records, (None, None))
        if header is None:
            if not self.errors:
                self._wrong(None, None, f"has no header line; it must be {','.join(self.declared.column_names)}")
            return [], self.errors
        names = self._header(line, header)
        if names is None:
            return [], self.errors
        found = (self._rule(number, names, cells) for number, cells in records)
        return [rule for rule in found if rule is not None], self.errors

    def _records(self, text: str) -> Iterator[tuple[int, list[str]]]:
        lines = _Lines(text)
        reader = csv.reader(lines, delimiter=delimiter(text), strict=True)
        while True:
            lines.began = None
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                self._wrong(lines.began, None, f"cannot be read from here on: {error}; look for a quote left open")
                return
            assert lines.began is not None
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield lines.began, stripped

    def _wrong(self, line: int | None, column: str | None, reason: str) -> None:
        self.errors.append(RuleError(self.declared.file, line, column, reason))

    def _header(self, line: int | None, header: list[str]) -> list[str] | None:
        """The columns in the file's order, or None where they are not the declared ones."""
        before = len(self.errors)
        # A spreadsheet pads short rows with delimiters.
        while header and not header[-1]:
            header.pop()
        for name in dict.fromkeys(header):
            if header.count(name) > 1:
                self._wrong(line, name or None, "stands more than once in the header")
            if name not in self.columns:
                near = difflib.get_close_matches(name, self.columns, n=1)
                hint = f"; did you mean {near[0]}?" if near else ""
                self._wrong(line, name or None, f"is not a column of {self.declared.file}{hint}")
        for name, column in self.columns.items():
            if name not in header and not column.may_be_absent:
                self._wrong(line, name, "is missing from the header")
        return header if len(self.errors) == before else None

    def _rule(self, line: int, names: list[str], cells: list[str]) -> Rule | None:
        before = len(self.errors)
        if any(cells[len(names) :]) or len(cells) < len(names):
            self._wrong(line, None, f"has {len(cells)} cells, the header has {len(names)}")
            return None
        values: dict[str, Any] = {name: column.otherwise for name, column in self.columns.items()}
        for name, cell in zip(names, cells, strict=False):
            try:
                values[name] = convert(self.columns[name], cell, self.systems)
            except ValueError as error:
                self._wrong(line, name, str(error))
        if len(self.errors) > before:
            return None
        for column, reason in self._between_cells(values):
            self._wrong(line, column, reason)
        return Rule(self.declared.file, line, values) if len(self.errors) == before else None

    def _between_cells(self, values: dict) -> Iterator[tuple[str, str]]:
        if self.declared.is_dated:
            start, end = values["valid_from"], values["valid_to"]
            if end is not None and end <= start:
                yield "valid_to", f"{end} is not after valid_from {start} (valid_to is the first day without the rule)"
        for check in self.declared.checks:
            yield from check(values)
