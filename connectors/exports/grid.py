"""A sheet as cells: what every reader hands on, before anybody knows which column is which.

Belongs here: `Grid`. Does not belong here: file formats, headers, types of columns.
"""

from dataclasses import dataclass, field

import pyarrow as pa
from openpyxl.utils import get_column_letter

# Kinds of a cell. Text may be a number or a date in disguise; the others are what the spreadsheet itself declares.
TEXT, NUMBER, DATE, PERCENT, ERROR, NO_VALUE = "t", "n", "d", "p", "e", "f"


@dataclass(frozen=True)
class Grid:
    """One sheet, or one CSV file.

    Attributes:
        file: Name of the file.
        sheet: Name of the sheet; empty for CSV.
        cells: Arrow table `row_number BIGINT, c0 .. cN VARCHAR, k0 .. kN VARCHAR` (text and kind of each cell). The
            kinds are missing for CSV, where all is text. Blank cells are null. Blank rows may be missing.
        width: Number of cell columns.
        head: The first rows again, as lists of text by row number: small, for finding the header.
        spans: Merged ranges as (first row, first column, last row, last column), all 0-based but rows 1-based.
        currencies: Column index -> currency codes that the number formats of its cells name.
        hidden: Row numbers that the workbook hides.
        notes: What a person should know about how it was read.
    """

    file: str
    sheet: str
    cells: pa.Table
    width: int
    head: dict[int, list[str | None]]
    spans: tuple[tuple[int, int, int, int], ...] = ()
    currencies: dict[int, set[str]] = field(default_factory=dict)
    hidden: frozenset[int] = frozenset()
    notes: tuple[str, ...] = ()

    @property
    def typed(self) -> bool:
        """Whether cells carry a kind."""
        return "k0" in self.cells.column_names

    def where(self, row: int, column: int | None = None) -> str:
        """The place as the person's own program shows it: `line 12` or `Sheet1!D12`."""
        if not self.sheet:
            return f"line {row}"
        return f"{self.sheet}!{get_column_letter(column + 1)}{row}" if column is not None else f"{self.sheet}!{row}"
