"""How a wrong rule is told: file, line, column, reason. No judgement here."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

# More errors than this on one screen help nobody; the exception keeps them all.
_SHOWN = 50


@dataclass(frozen=True, slots=True)
class RuleError:
    """One thing wrong with one rule file.

    `line` is the 1-based line of the file as an editor shows it (None: the file as a whole); `column` the column's name
    (None: the line as a whole); `reason` says what is wrong and what would be right.
    """

    file: str
    line: int | None
    column: str | None
    reason: str

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{where}: {self.column}: {self.reason}" if self.column else f"{where}: {self.reason}"


class RulesRefused(ValueError):
    """The rules cannot be used. `errors` holds every error of every file, ordered by file and line."""

    def __init__(self, errors: Iterable[RuleError]) -> None:
        self.errors = tuple(sorted(errors, key=lambda error: (error.file, error.line or 0, error.column or "")))
        count = len(self.errors)
        shown = [f"  {error}" for error in self.errors[:_SHOWN]]
        more = [f"  and {count - _SHOWN} more"] if count > _SHOWN else []
        head = f"{count} error{'' if count == 1 else 's'} in the rules; nothing was changed"
        super().__init__("\n".join([head, *shown, *more]))


def plain(number: Decimal) -> str:
    """A number as people write it: 0.79, without the zeros that only fill the places of its column."""
    return f"{number.normalize():f}"
