"""XLSX sheets to grids: cached values, kinds of cells, merged ranges, hidden sheets.

Belongs here: `read_xlsx`. Does not belong here: which sheet or column means what.

openpyxl hands out cells one by one; there is no set-based reader for this form among the libraries, so this is the one
loop over cells. Measured: about 80,000 cells a second on one core.
"""

import datetime as dt
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pyarrow as pa
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

from connectors.exports.csv_grid import HEAD_ROWS
from connectors.exports.grid import DATE, ERROR, NO_VALUE, NUMBER, PERCENT, TEXT, Grid
from connectors.exports.problems import Problem, Refused

_OLE = b"\xd0\xcf\x11\xe0"  # the container of old .xls files, and of .xlsx files with a password
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+\d+:[A-Z]+\d+)"')
_ROW = re.compile(rb"<(?:\w+:)?row\s([^>]*)>")
_ROW_NUMBER = re.compile(rb'(?:^|\s)r="(\d+)"')
_HIDDEN = re.compile(rb'(?:^|\s)hidden="(?:1|true)"')
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
# An export of ten million cells would take minutes and gigabytes here: it belongs in a CSV file.
_MOST_CELLS = 10_000_000
_MOST_BYTES = 1_000_000_000  # unpacked: a small zip can unpack to more than the machine holds
_FORMAT_CURRENCY = re.compile(r'\[\$([^\]\-]+)(?:-[0-9A-Fa-f]+)?\]|"([^"]{1,4})"|([€£$¥])')


def read_xlsx(data: bytes, file: str, sheets: list[str] | None, codes: dict[str, str]) -> tuple[list[Grid], list[str]]:
    """The sheets of a workbook, and notes on those left out.

    Args:
        data: The file's bytes.
        file: Name used in messages.
        sheets: Names of the sheets to read, hidden ones too; None reads all that are visible.
        codes: Currency sign or code -> ISO code, to read currencies off number formats.

    Raises:
        Refused: Not a readable workbook, a named sheet is missing, or it is larger than can be read.
    """
    if data.startswith(_OLE):
        reason = "an old .xls workbook, or one locked with a password"
        raise Refused([Problem(file, reason, "Save it as .xlsx (or CSV UTF-8) without a password.")])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and extensions that do not matter for values
            return _read(data, file, sheets, codes)
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, SyntaxError, OSError) as error:
        reason = f"not a readable workbook ({type(error).__name__})"
        raise Refused([Problem(file, reason, "Open it in a spreadsheet program and save it again as .xlsx.")]) from None


def _read(data: bytes, file: str, sheets: list[str] | None, codes: dict[str, str]) -> tuple[list[Grid], list[str]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(part.file_size for part in archive.infolist()) > _MOST_BYTES:
            reason = "the workbook unpacks to more than a gigabyte"
            raise Refused([Problem(file, reason, "Export it as CSV.")])
        values = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        formulas = None
        names = [sheet.title for sheet in values.worksheets]
        missing = [name for name in sheets or [] if name not in names]
        if missing:
            advice = f"Mend sheets in profile.toml; the workbook has {', '.join(names)}."
            raise Refused([Problem(file, f"no sheet named {', '.join(missing)}", advice)])
        grids, notes = [], []
        for sheet in values.worksheets:
            if sheets is not None and sheet.title not in sheets:
                notes.append(f"sheet {sheet.title} left out (not named in profile.toml)")
            elif sheets is None and sheet.sheet_state != "visible":
                notes.append(f"hidden sheet {sheet.title} left out (name it in profile.toml to read it)")
            else:
                part = archive.read(sheet._worksheet_path.lstrip("/"))
                beside = None
                if _FORMULA.search(part):
                    formulas = formulas or load_workbook(io.BytesIO(data), read_only=True, data_only=False)
                    beside = formulas[sheet.title]
                spans = [range_boundaries(ref.decode()) for ref in _MERGED.findall(part)]
                grids.append(_grid(sheet, beside, file, spans, codes, _hidden_rows(part)))
    return grids, notes


def _hidden_rows(part: bytes) -> frozenset[int]:
    """The rows that a filter or a person hides, by the sheet's own XML: the reader of cells does not say."""
    if not _HIDDEN.search(part):
        return frozenset()
    hidden = (_ROW_NUMBER.search(row) for row in _ROW.findall(part) if _HIDDEN.search(row))
    return frozenset(int(number.group(1)) for number in hidden if number)


def _grid(
    sheet: Any, formulas: Any, file: str, spans: list[Any], codes: dict[str, str], hidden: frozenset[int]
) -> Grid:
    numbers: list[int] = []
    texts: list[list[str | None]] = []
    kinds: list[list[str]] = []
    formats: dict[int, set[str]] = {}
    width = 0
    sheet.reset_dimensions()  # the stated size of the sheet is often wrong
    for number, (row, formula_row) in enumerate(_rows(sheet, formulas), start=1):
        text: list[str | None] = []
        kind: list[str] = []
        for index, cell in enumerate(row):
            value, cell_kind = _cell(cell)
            if value is None and formula_row is not None and _uncached(cell, formula_row, index):
                value, cell_kind = str(formula_row[index].value), NO_VALUE
            if cell_kind == NUMBER:
                cell_kind = _by_format(cell.number_format, index, formats)
            text.append(value)
            kind.append(cell_kind)
        if not any(value is not None for value in text):
            continue
        width = max(width, len(text))
        if (len(numbers) + 1) * width > _MOST_CELLS:  # blanks beside the widest row take room too
            raise Refused([Problem(file, f"sheet {sheet.title} has more than ten million cells", "Export it as CSV.")])
        numbers.append(number)
        texts.append(text)
        kinds.append(kind)
    table: dict[str, pa.Array] = {"row_number": pa.array(numbers, pa.int64())}
    for index in range(width):
        table[f"c{index}"] = pa.array((row[index] if index < len(row) else None for row in texts), pa.string())
        table[f"k{index}"] = pa.array((row[index] if index < len(row) else TEXT for row in kinds), pa.string())
    return Grid(
        file=file,
        sheet=sheet.title,
        cells=pa.table(table),
        width=width,
        head={number: row for number, row in zip(numbers, texts, strict=True) if number <= HEAD_ROWS},
        spans=tuple((top, left - 1, bottom, right - 1) for left, top, right, bottom in spans),
        currencies=_currencies(formats, codes),
        hidden=hidden,
    )


def _rows(sheet: Any, formulas: Any) -> Iterator[tuple[Any, Any]]:
    if formulas is None:
        return ((row, None) for row in sheet.iter_rows())
    formulas.reset_dimensions()
    return zip(sheet.iter_rows(), formulas.iter_rows(), strict=True)


def _uncached(cell: Any, formula_row: Any, index: int) -> bool:
    """A formula whose result the file does not hold. A stored empty text (`t="str"`) is a result."""
    return formula_row[index].data_type == "f" and cell.data_type != "str"


def _cell(cell: Any) -> tuple[str | None, str]:
    value = cell.value
    if value is None or value == "":
        return None, TEXT
    if cell.data_type == "e":
        return str(value), ERROR
    if isinstance(value, bool):
        return ("TRUE" if value else "FALSE"), TEXT
    if isinstance(value, int):
        return str(value), NUMBER
    if isinstance(value, float | Decimal):
        return _plain(value), NUMBER
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()[:10], DATE
    text = str(value)
    return (None if text.isspace() else text), TEXT


def _plain(value: float | Decimal) -> str:
    """Digits without an exponent; the shortest that name the same float, as the spreadsheet shows it."""
    exact = Decimal(repr(value)) if isinstance(value, float) else value
    return str(exact.to_integral_value()) if exact == exact.to_integral_value() else format(exact, "f")


def _by_format(number_format: str, index: int, formats: dict[int, set[str]]) -> str:
    formats.setdefault(index, set()).add(number_format)
    return PERCENT if "%" in number_format else NUMBER


def _currencies(formats: dict[int, set[str]], codes: dict[str, str]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for index, names in formats.items():
        for name in names:
            for groups in _FORMAT_CURRENCY.findall(name):
                code = codes.get("".join(groups).strip())
                if code is not None:
                    found.setdefault(index, set()).add(code)
    return found
