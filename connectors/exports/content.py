"""What a column holds, to tell two meanings of one header apart: "Active" may be a flag or a number of users.

Belongs here: `Content` and its questions. Does not belong here: which header means what (aliases.toml, `headers.py`).
"""

import re

import pyarrow as pa
import pyarrow.compute as pc

from connectors.exports.aliases import Aliases, normalise
from connectors.exports.grid import Grid

_ROWS = 2000  # enough to tell; the cells themselves are checked one by one later
_LEDGER = re.compile(r"^\d{3,}\b")
_CODE = re.compile(r"^(?=.*[\d-])[\w.:/+-]+$")
_MONTH = re.compile(r"\d{4}|[^\W\d]{3,}\W*\d{2}\b|\d\W+\d")


class Content:
    """The distinct texts of a sheet's columns below the header, without case.

    Args:
        grid: The sheet.
        header_row: Row number of the header.
    """

    def __init__(self, grid: Grid, header_row: int) -> None:
        below = pc.greater(grid.cells["row_number"], header_row)
        self._cells = grid.cells.filter(below).slice(0, _ROWS)
        self._headers = {index: normalise(cell or "") for index, cell in enumerate(grid.head.get(header_row, []))}
        self._found: dict[int, frozenset[str]] = {}
        self.width = grid.width

    def texts(self, index: int) -> frozenset[str]:
        """The distinct texts of a column, folded; a header that is repeated further down is none."""
        if index not in self._found:
            cells = self._cells[f"c{index}"].unique().to_pylist()
            texts = {" ".join(cell.split()).casefold() for cell in cells if cell is not None}
            self._found[index] = frozenset(t for t in texts if t and normalise(t) != self._headers.get(index))
        return self._found[index]

    def is_flag(self, index: int, aliases: Aliases) -> bool:
        """Nothing but yes and no, or 0 and 1."""
        texts = self.texts(index)
        if not texts or not texts <= aliases.flags | {"0", "1"}:
            return False
        # Of columns called Active and Suspended that hold numbers, one with 0 and 1 alone is a number too.
        return not texts <= {"0", "1"} or not any(self._is_count(other, aliases) for other in self._headers)

    def _is_count(self, index: int, aliases: Aliases) -> bool:
        states = aliases.deciders["active"] | aliases.deciders["inactive"]
        if self._headers[index] not in states or index >= self.width:
            return False
        texts = self.texts(index)
        return not texts <= {"0", "1"} and all(text.replace(".", "").replace(",", "").isdigit() for text in texts)

    def has_numbers(self, index: int) -> bool:
        """A number on its own, or nothing at all (an empty column is no proof)."""
        texts = self.texts(index)
        return not texts or any(any(c.isdigit() for c in text) and not any(c.isalpha() for c in text) for text in texts)

    def is_month(self, index: int) -> bool:
        """Every text could name a month of a year."""
        texts = self.texts(index)
        return bool(texts) and all(_MONTH.search(text) for text in texts)

    def is_ledger(self, index: int) -> bool:
        """Every text begins with a number, as accounts of a ledger do."""
        texts = self.texts(index)
        return bool(texts) and all(_LEDGER.match(text) for text in texts)

    def is_code(self, index: int) -> bool:
        """Every text is one word with a digit or a dash: an item's number and no name."""
        texts = self.texts(index)
        return bool(texts) and all(_CODE.match(text) for text in texts)

    def any_of(self, index: int, words: frozenset[str]) -> bool:
        """One of the words stands in the column."""
        return not self.texts(index).isdisjoint(words)

    def has_headings(self) -> bool:
        """A text that stands alone in its row: report writers print a client once, as a heading above its lines."""
        count = pa.array([0] * self._cells.num_rows, pa.int64())
        for index in range(self.width):
            count = pc.add(count, pc.cast(pc.is_valid(self._cells[f"c{index}"]), pa.int64()))
        return bool(pc.any(pc.equal(count, 1)).as_py())
