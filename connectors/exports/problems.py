"""What is said when an export cannot be read for certain: where, what, and what to do about it.

Belongs here: `Problem`, one fault at one place, and `Refused`, which carries the faults of a file or a folder.
Does not belong here: finding faults.
"""

import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

SHOWN = 20  # faults listed for one file; the rest are counted, since one wrong column repeats itself in every row
_LONGEST_VALUE = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in one file: `where` is "line 12" or "Sheet1!D12", `column` the header as the file writes it."""

    file: str
    reason: str
    advice: str
    where: str = ""
    column: str = ""
    value: str | None = None

    def __str__(self) -> str:
        place = ", ".join(part for part in (self.file, self.where, self.column and f'column "{self.column}"') if part)
        value = "" if self.value is None else f" (found {shown(self.value)})"
        return visible(f"{place}: {self.reason}{value}. {self.advice}")


class Refused(Exception):
    """A file, or a whole source folder, that is not read. `problems` is never empty."""

    def __init__(self, problems: Iterable[Problem], more: int = 0) -> None:
        self.problems = tuple(problems)
        self.more = more
        lines = [str(problem) for problem in self.problems]
        if more:
            lines.append(f"... and {more} more of the same file")
        super().__init__("\n".join(lines))


def shown(value: str) -> str:
    """The value in quotes, cut and with control characters escaped."""
    text = value if len(value) <= _LONGEST_VALUE else value[: _LONGEST_VALUE - 1] + "…"
    return f'"{visible(text)}"'


def visible(text: str) -> str:
    """The text with control characters escaped: text of a file never steers a terminal."""
    return "".join(
        c if c.isprintable() or unicodedata.category(c) == "Zs" else c.encode("unicode_escape").decode() for c in text
    )


def quoted(text: str) -> str:
    """A TOML string; JSON writes the same escapes."""
    return json.dumps(text, ensure_ascii=False)
