"""CSV text to a grid: delimiter, quoting, row numbers.

Belongs here: `read_csv`. Does not belong here: encodings, what a column means.

Python's own `csv` reader (in C) splits the records. pyarrow's and DuckDB's readers are faster but drop what is needed
here: blank lines (and with them the row numbers a spreadsheet shows) and records shorter or longer than the header
(title blocks, totals). Measured: 200,000 rows of 12 columns take 2.5 s of the 7 s that the
whole read takes (two cores); all later work is set-based.
"""

import csv
import io
from collections import Counter
from collections.abc import Callable
from itertools import islice, zip_longest

import pyarrow as pa

from connectors.exports.grid import Grid
from connectors.exports.problems import Problem, Refused

HEAD_ROWS = 40  # where a header may stand: title blocks of report writers are shorter
_DELIMITERS = (",", ";", "\t", "|")
_WIDEST = 1000  # columns; more means that the delimiter is wrong or that it is no table
_LONGEST = 1_000_000  # letters of one line, likewise
_MOST_CELLS = 50_000_000  # a million rows of fifty columns; blanks beside the widest row count, they take room too


def read_csv(text: str, file: str, delimiter: str | None, known: Callable[[list[str | None]], int]) -> Grid:
    """The records of `text` as a grid.

    Args:
        text: Decoded content.
        file: Name used in messages.
        delimiter: What separates values, or None to find out.
        known: Counts the known headers among the values of one row: the delimiter that shows most of them is right.

    Raises:
        Refused: The quoting is broken, or a line, a row or the whole is larger than a table would be.
    """
    skipped = 0
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:  # Excel's own way to name the delimiter
        delimiter, text, skipped = delimiter or first.strip()[4], rest, 1
    _refuse_long_lines(text, file, skipped)
    delimiter = delimiter or _sniff(text, known)
    records = _records(text, delimiter, file, skipped)
    width = max((len(record) for record in records), default=0)
    columns = [_blank_to_null(column) for column in zip_longest(*records)]
    cells = {"row_number": pa.array(range(1 + skipped, len(records) + 1 + skipped), pa.int64())}
    cells.update({f"c{index}": pa.array(column, pa.string()) for index, column in enumerate(columns)})
    head = {
        number: [value.strip() or None for value in record]
        for number, record in enumerate(records[:HEAD_ROWS], start=1 + skipped)
    }
    return Grid(file=file, sheet="", cells=pa.table(cells), width=width, head=head)


def _records(text: str, delimiter: str, file: str, skipped: int) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records: list[list[str]] = []
    widest = 0
    try:
        for record in reader:
            records.append(record)
            if len(record) > widest:
                widest = len(record)
                if widest > _WIDEST:
                    advice = "Check the delimiter, or set delimiter in profile.toml."
                    where = f"line {len(records) + skipped}"
                    raise Refused([Problem(file, f"{widest:,} columns, more than {_WIDEST:,}", advice, where=where)])
            if widest * len(records) > _MOST_CELLS:
                reason = f"more than {_MOST_CELLS:,} cells: the widest row has {widest:,}"
                raise Refused([Problem(file, reason, "Export fewer columns, or a shorter time.")])
    except csv.Error as error:
        # After a quote that never closes, the reader stands at the end; the record it could not finish is the next.
        line = min(len(records) + 1 + skipped, reader.line_num + skipped)
        advice = "Look for a stray or missing quote from this line on, or export the file again."
        raise Refused([Problem(file, f"broken quoting ({error})", advice, where=f"line {line}")]) from None
    return records


def _refuse_long_lines(text: str, file: str, skipped: int) -> None:
    """Before a line is split: the cells of one that is no row can take more memory than there is."""
    if len(text) <= _LONGEST:
        return
    for number, line in enumerate(io.StringIO(text, newline=None), start=1 + skipped):
        letters = len(line.rstrip("\n"))
        if letters > _LONGEST:
            reason = f"{letters:,} letters in one line, more than {_LONGEST:,}"
            advice = "It is no table, or its lines end in an unusual way. Export it again as CSV UTF-8."
            raise Refused([Problem(file, reason, advice, where=f"line {number}")])


def _blank_to_null(column: tuple[str | None, ...]) -> list[str | None]:
    return [value if value and not value.isspace() else None for value in column]


def _sniff(text: str, known: Callable[[list[str | None]], int]) -> str:
    """The delimiter under which the first records show most known headers, then the most even width above one."""
    best, best_score = _DELIMITERS[0], (-1, -1.0)
    for delimiter in _DELIMITERS:
        try:
            records = list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), HEAD_ROWS))
        except csv.Error:
            continue
        filled = [record for record in records if any(value.strip() for value in record)]
        headers = max((known(list(record)) for record in filled), default=0)
        width, rows = Counter(len(record) for record in filled).most_common(1)[0] if filled else (1, 0)
        score = (headers, rows / len(filled) if width > 1 else 0.0)
        if score > best_score:
            best, best_score = delimiter, score
    return best
