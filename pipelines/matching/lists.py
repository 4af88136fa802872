"""One of the two lists that are matched: ids, names, further columns; from a CSV file or from memory.

Belongs here: reading a list and refusing one that cannot be read for certain. Does not belong here: what columns mean.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from connectors.exports.problems import SHOWN, Problem, Refused
from connectors.exports.text_encoding import decode
from connectors.files import read_file

_DELIMITERS = ",;\t|"
_EXPORT_AGAIN = "Export the file again as CSV UTF-8."


@dataclass(frozen=True, slots=True)
class NameList:
    """Rows to match. `ids` are unique; `names` and every further column are as long; empty text is an unknown value."""

    ids: Sequence[str]
    names: Sequence[str]
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)


def header_key(header: str) -> str:
    """A header as headers are compared: lower case, words joined by "_"."""
    return "_".join(header.strip().casefold().replace("-", " ").replace("_", " ").replace("/", " ").split())


def read_list(path: Path) -> NameList:
    """The list in a CSV file with the columns id and name, in any order and any case, and any further columns.

    UTF-8 with or without a byte order mark, UTF-16 and the Windows code pages are recognised, and comma, semicolon, tab
    or bar between values.

    Raises:
        Refused: The file cannot be read for certain; says file, line, column and what to do.
    """
    headers, records = read_records(path)
    keys = [header_key(header) for header in headers]
    for needed in ("id", "name"):
        _refuse_missing(path, keys, headers, needed)
    ids = [record[keys.index("id")].strip() for _, record in records]
    lines = [line for line, _ in records]
    _refuse_ids(path, ids, lines)
    columns = {
        key: [record[index] for _, record in records]
        for index, key in enumerate(keys)
        if key and key not in ("id", "name") and keys.index(key) == index
    }
    return NameList(ids, [record[keys.index("name")] for _, record in records], columns)


def read_records(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Header and records of a CSV file, each record with the line on which it begins; blank lines are left out.

    Python's own reader splits the records: it alone tells line numbers. 50,000 rows take 0.1 s.

    Raises:
        Refused: The file is missing, empty, no text, wrongly quoted, or a record has more values than the header.
    """
    file = str(path)
    try:
        data = read_file(path)
    except OSError as error:
        raise Refused([Problem(file, f"cannot be read: {error.strerror}", "Check the path.")]) from None
    text, _ = decode(data, file)
    if not text.strip():
        raise Refused([Problem(file, "the file is empty", "It needs a header with the columns id and name, and rows.")])
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=_delimiter(text), strict=True)
    records: list[tuple[int, list[str]]] = []
    before = 0
    try:
        for record in reader:
            if any(value.strip() for value in record):
                records.append((before + 1, record))
            before = reader.line_num
    except csv.Error as error:
        advice = "Look for a stray or missing quote from this line on, or export the file again."
        raise Refused([Problem(file, f"broken quoting ({error})", advice, where=f"line {before + 1}")]) from None
    headers = [header.strip() for header in records[0][1]]
    body = records[1:]
    if not body:
        raise Refused([Problem(file, "there is a header and no row", _EXPORT_AGAIN, where="line 1")])
    wide = [(line, record) for line, record in body if len(record) > len(headers) and any(record[len(headers) :])]
    if wide:
        problems = [
            Problem(
                file,
                f"{len(record)} values under {len(headers)} headers",
                "Put a value that holds the delimiter in double quotes.",
                where=f"line {line}",
            )
            for line, record in wide[:SHOWN]
        ]
        raise Refused(problems, len(wide) - len(problems))
    return headers, [(line, record + [""] * (len(headers) - len(record))) for line, record in body]


def _delimiter(text: str) -> str:
    first = next(line for line in text.lstrip("\ufeff").splitlines() if line.strip())
    return max(_DELIMITERS, key=first.count)


def _refuse_missing(path: Path, keys: list[str], headers: list[str], needed: str) -> None:
    if keys.count(needed) == 1:
        return
    found = ", ".join(header or "(no name)" for header in headers)
    reason = f'no column "{needed}"' if needed not in keys else f'more than one column "{needed}"'
    advice = f"Name exactly one column {needed}; the headers are: {found}."
    raise Refused([Problem(str(path), reason, advice, where="line 1", column=needed)])


def _refuse_ids(path: Path, ids: list[str], lines: list[int]) -> None:
    first: dict[str, int] = {}
    problems = []
    for line, value in zip(lines, ids, strict=True):
        if not value:
            advice = "Every row needs an id of its own."
            problems.append(Problem(str(path), "is empty", advice, where=f"line {line}", column="id"))
        elif value in first:
            advice = f"Line {first[value]} has this id already. Every row needs an id of its own."
            problem = Problem(str(path), "stands twice", advice, where=f"line {line}", column="id", value=value)
            problems.append(problem)
        first.setdefault(value, line)
    if problems:
        raise Refused(problems[:SHOWN], max(0, len(problems) - SHOWN))
