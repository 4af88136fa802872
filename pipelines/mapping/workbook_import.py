"""Reading decisions back from the workbook: only decisions, and each against what it was exported with.

Belongs here: which rows say something, which of them are malformed, and which are stale. Does not belong here: taking
the decisions (`decide.py`), writing the workbook (`workbook.py`).
"""

import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.mapping import sheets
from pipelines.mapping.decide import Decision
from pipelines.mapping.queue import Item, Queue, Settled
from pipelines.mapping.refusals import MappingRefusedError
from pipelines.mapping.words import one_line

_MOST_ROWS = 200_000
_MOST_BYTES = 500_000_000  # unpacked: a small file can unpack to more than the machine holds
_MOST_HEADERS = 200


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row whose decision is not taken, and why."""

    place: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Read:
    """What a workbook says: decisions to take, rows that are stale, and rows whose decision holds already."""

    decisions: tuple[Decision, ...]
    refused: tuple[RefusedRow, ...]
    already: int
    blank: int


@dataclass(frozen=True, slots=True)
class _Row:
    place: str
    kind: str
    cells: dict[str, str]
    formulas: frozenset[str]


def read_workbook(path: Path, queue: Queue) -> Read:
    """The decisions in a workbook.

    Raises:
        MappingRefusedError: It cannot be read, or a row is malformed: each is named, and nothing of the file counts.
    """
    items = {(item.kind, item.source_system, item.left_id): item for item in queue.items}
    settled = {(one.item.kind, one.item.source_system, one.item.left_id): one for one in queue.settled}
    problems: list[str] = []
    decisions: list[Decision] = []
    refused: list[RefusedRow] = []
    already = blank = 0
    first: dict[tuple[str, ...], str] = {}
    for row in _rows(path):
        word = row.cells[sheets.DECISION].casefold()
        if not word and sheets.DECISION not in row.formulas:
            blank += 1
            continue
        found = _malformed(row, word)
        parts = sheets.parts(row.cells[sheets.KEY])
        if found or parts is None:
            problems += found
            continue
        item = items.get(parts)
        done = settled.get(parts)
        stale = _stale(row, item, done)
        if stale is None and item is not None:
            try:
                decision = _decision(row, word, item, queue)
            except MappingRefusedError as error:
                problems.append(f"{row.place}: {error}")
                continue
            pair = (*parts, decision.target.right_id if word == sheets.REJECT else "")
            if pair in first:
                problems.append(f"{row.place}: decides again what {first[pair]} decides")
                continue
            first[pair] = row.place
            rejected = queue.rejected.get((*parts, decision.target.right_id))
            if rejected is None:
                decisions.append(decision)
            elif word == sheets.REJECT:
                already += 1
            else:
                reason = f"{decision.target.right_id} is rejected by {rejected}; take that back first"
                refused.append(RefusedRow(row.place, one_line(row.cells[sheets.NAME], 60), reason))
        elif done is not None and word == sheets.ACCEPT and _same(row, done):
            already += 1
        else:
            refused.append(RefusedRow(row.place, one_line(row.cells[sheets.NAME], 60), stale or "nothing waits there"))
    if problems:
        raise MappingRefusedError(f"{path.name}: {_count(problems)} malformed, so nothing was changed", *problems)
    return Read(tuple(decisions), tuple(refused), already, blank)


def _count(problems: list[str]) -> str:
    return "1 row is" if len(problems) == 1 else f"{len(problems)} rows are"


def _malformed(row: _Row, word: str) -> list[str]:
    formulas = row.formulas & (set(sheets.READ_BACK) - {sheets.NAME})
    if formulas:
        return [f"{row.place}: {', '.join(sorted(formulas))} holds a formula; write the value itself"]
    found = []
    if word not in sheets.DECISIONS:
        shown = one_line(row.cells[sheets.DECISION], 40)
        found.append(
            f"{row.place}: {sheets.DECISION} '{shown}' is neither accept nor reject; leave it blank to decide later"
        )
    parts = sheets.parts(row.cells[sheets.KEY])
    if parts is None or parts[0] != row.kind:
        found.append(f"{row.place}: the hidden column Key was changed or lost; export again and copy the decision")
    return found


def _stale(row: _Row, item: Item | None, done: Settled | None) -> str | None:
    """Why a row is not what it was when it was exported; None where it is."""
    if done is not None:
        return f"decided meanwhile by {done.rule_id}" + (f" as {done.right_id}" if done.right_id else "")
    if item is None:
        return "no longer waits: it is mapped, or the vendor has it no more"
    if item.state == row.cells[sheets.STATE]:
        return None
    name = row.cells[sheets.NAME]
    if name and one_line(item.left_name, len(name) + 1) != one_line(name, len(name) + 1):
        return f"its name is now '{one_line(item.left_name, 60)}'; export again"
    return "what is known or suggested of it has changed since the export; export again"


def _same(row: _Row, done: Settled) -> bool:
    """Whether an accepted row says what a rule says already."""
    return done.right_id is not None and _target(row) in (done.right_id, done.right_id.partition(":")[2])


def _target(row: _Row) -> str:
    """What a row decides about: its target, or the suggestion that stood first when the person looked at it."""
    return sheets.named(row.cells[sheets.TARGET]) or sheets.named(row.cells[sheets.FIRST])


def _decision(row: _Row, word: str, item: Item, queue: Queue) -> Decision:
    named = _target(row)
    if not named:
        raise MappingRefusedError(f"{word} needs a Target: nothing is suggested for this row")
    decision = Decision(word, item, queue.target(item.kind, named), row.cells[sheets.REASON])
    rejected = (item.kind, item.source_system, item.left_id, decision.target.right_id) in queue.rejected
    if word == sheets.ACCEPT and not decision.reason and decision.suggestion is None and not rejected:
        raise MappingRefusedError(f"{decision.target.right_id} was not suggested, so its Reason must say why")
    return decision


def _rows(path: Path) -> Iterator[_Row]:
    from openpyxl import load_workbook

    book = None
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > _MOST_BYTES:
                raise MappingRefusedError(f"{path.name} unpacks to more than {_MOST_BYTES:,} bytes; it is not ours")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that do not matter for values
            book = load_workbook(path, read_only=True, data_only=False)
            missing = [name for name in sheets.SHEETS if name not in book.sheetnames]
            if missing:
                raise MappingRefusedError(f"{path.name} has no sheet {' and no sheet '.join(missing)}; export it again")
            for name, kind in sheets.SHEETS.items():
                yield from _sheet_rows(path, name, kind, book[name])
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, SyntaxError, OSError) as error:
        if isinstance(error, MappingRefusedError):
            raise
        raise MappingRefusedError(f"{path.name} is not a readable workbook; save it as .xlsx") from error
    finally:
        if book is not None:
            book.close()


def _sheet_rows(path: Path, name: str, kind: str, sheet: Any) -> Iterator[_Row]:
    rows = sheet.iter_rows(max_col=_MOST_HEADERS)
    headers = [_text(cell.value) for cell in next(rows, ())]
    missing = [header for header in sheets.READ_BACK if headers.count(header) != 1]
    if missing:
        raise MappingRefusedError(
            f"{path.name}: sheet {name} does not have its column {', '.join(missing)} once; export it again"
        )
    place = {header: headers.index(header) for header in sheets.READ_BACK}
    for number, cells in enumerate(rows, start=2):
        if number > _MOST_ROWS:
            raise MappingRefusedError(f"{path.name}: sheet {name} has more than {_MOST_ROWS:,} rows")
        held = {header: cells[index] for header, index in place.items() if index < len(cells)}
        texts = {header: _text(held[header].value) if header in held else "" for header in place}
        if any(texts.values()):
            formulas = frozenset(header for header, cell in held.items() if cell.data_type == "f")
            yield _Row(f"{name} row {number}", kind, texts, formulas)


def _text(value: Any) -> str:
    if value is None:
        return ""
    # A spreadsheet turns an id of digits into a number.
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()
