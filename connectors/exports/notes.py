"""What a person should know of how a file was read: what was taken for what, what was left out, what was assumed.

Belongs here: `Note`. Does not belong here: finding any of it, showing it.
"""

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from connectors.exports.problems import visible

# `taken`: a column was read as that raw column. `left_out`: rows that are no data. `not_counted`: rows that are kept
# and count nowhere. `unclear`: rows of which nobody can say whether they count. `not_read`: a column that is not read.
# `varies`: one that is not read and differs within one client and product. `assumed`: what no header says. `file`: the
# rest.
NoteKind = Literal["taken", "left_out", "not_counted", "unclear", "not_read", "varies", "assumed", "file"]


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to know of one sheet.

    Attributes:
        kind: Which sort of thing; see `NoteKind`.
        text: The whole of it as a sentence.
        column: The raw column it concerns.
        header: The header as the file writes it.
        rows: How many rows it concerns.
        first: The first of them, as a person finds it ("line 12", "Sheet1!12").
        values: The values that matter, or the headers.
        source: The inbox folder.
        file: The file.
        sheet: The sheet; empty for CSV.
    """

    kind: NoteKind
    text: str
    column: str = ""
    header: str = ""
    rows: int | None = None
    first: str = ""
    values: tuple[str, ...] = ()
    source: str = ""
    file: str = ""
    sheet: str = ""

    @property
    def is_particular(self) -> bool:
        """Something that not every file has: worth a line where there is little room."""
        return self.kind != "taken" and not (self.kind == "not_read" and not self.column)

    def at(self, file: str, sheet: str = "") -> "Note":
        """The same note with its place."""
        return replace(self, file=file, sheet=sheet)

    def of(self, source: str) -> "Note":
        """The same note with its inbox folder."""
        return replace(self, source=source)

    def __str__(self) -> str:
        where = f"{self.file}{f' [{self.sheet}]' if self.sheet else ''}"
        return visible(f"{where}: {self.text}" if where else self.text)

    def as_row(self) -> dict[str, Any]:
        """The note as plain values, without control characters."""
        row = {name: visible(value) if isinstance(value, str) else value for name, value in asdict(self).items()}
        return {**row, "values": tuple(map(visible, self.values))}
