"""How a rule file is written: encoding, delimiter, line end, order of columns. For whoever adds a line to it.

Belongs here: reading that off a file that a person wrote. Does not belong here: judging its rules (`parse.py`).
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.rules.declare import RuleFile
from pipelines.rules.parse import BYTE_ORDER_MARKS, delimiter
from pipelines.rules.templates import template


@dataclass(frozen=True, slots=True)
class Layout:
    """How the lines of one file are written. `encoding` writes no byte order mark."""

    encoding: str
    delimiter: str
    line_end: str
    columns: tuple[str, ...]

    def line(self, cells: Mapping[str, str]) -> str:
        """One rule as this file would hold it, without line end; columns that are not in the file are left out."""
        text = io.StringIO()
        writer = csv.writer(text, delimiter=self.delimiter, lineterminator="")
        writer.writerow([cells.get(name, "") for name in self.columns])
        line = text.getvalue()
        if line.lstrip().startswith("#"):
            # An unquoted first cell that begins with # would make the rule a comment.
            first, rest = cells.get(self.columns[0], ""), line[len(cells.get(self.columns[0], "")) :]
            line = f'"{first}"{rest}'
        return line


def layout(data: bytes) -> Layout:
    """The layout of a rule file's bytes.

    Raises:
        UnicodeDecodeError: It is no text; the checks of the rules say so with a line.
    """
    encoding = "utf-8"
    for mark, name in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            encoding = f"utf-16-{'le' if mark[0] == 0xFF else 'be'}" if name == "utf-16" else "utf-8"
            break
    text = data.decode(encoding).removeprefix("\ufeff")
    separator = delimiter(text)
    written = (line for line in io.StringIO(text, newline="") if line.strip() and not line.lstrip().startswith("#"))
    header = next(csv.reader([next(written, "")], delimiter=separator), [])
    return Layout(encoding, separator, "\r\n" if "\r\n" in text else "\n", tuple(cell.strip() for cell in header))


def appended(data: bytes | None, declared: RuleFile, rules: Sequence[Mapping[str, str]]) -> tuple[bytes, list[str]]:
    """A rule file with rules added at its end; what was there stays byte for byte.

    Args:
        data: The file; None where there is none yet.
        declared: Which file it is.
        rules: The new rules, cells by column.

    Returns:
        The new content, and each new line as it stands in it.
    """
    data = template(declared).encode() if data is None or not data.strip() else data
    how = layout(data)
    lines = [how.line(cells) for cells in rules]
    end = how.line_end.encode(how.encoding)
    missing = b"" if data.endswith("\n".encode(how.encoding)) else end
    return data + missing + b"".join(line.encode(how.encoding) + end for line in lines), lines


def removed(data: bytes, line: str) -> bytes | None:
    """A rule file without the last line that reads `line`; None where none does. Everything else stays as it was."""
    how = layout(data)
    text = data.decode(how.encoding)
    start = len(text)
    while (start := text.rfind(line, 0, start)) >= 0:
        end = start + len(line)
        begins = start == 0 or text[start - 1] == "\n" or text[:start] == "\ufeff"
        ending = next((sign for sign in ("\r\n", "\n") if text.startswith(sign, end)), "")
        if begins and (ending or end == len(text)):
            return (text[:start] + text[end + len(ending) :]).encode(how.encoding)
        start = end - 1
    return None
