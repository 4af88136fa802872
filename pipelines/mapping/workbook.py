"""The queue as a workbook to decide in: one sheet for accounts, one for products, ranked, with their suggestions.

Belongs here: writing it. Does not belong here: reading it back (`workbook_import.py`).

Every text comes from a client's or a vendor's system: each is written as text, whatever it begins with, and stays one
when a person edits its cell.
"""

import os
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from expectations.currencies import decimals
from pipelines.mapping import sheets
from pipelines.mapping.queue import Item, Queue, Target
from pipelines.mapping.words import one_line

_LONGEST_TEXT = 32_000  # a cell holds 32,767 signs
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_INTRODUCTION = (
    "What waits for a mapping, ranked by the money that waits on it each month.",
    "Choose accept or reject in the column Decision; leave a row blank to decide it another day.",
    "Target says what is accepted or rejected. Blank means the first suggestion; the drop-down lists all of the PSA.",
    "Reason is needed where the target was not suggested. Otherwise the evidence is the reason.",
    "Then: tieout map import FILE.xlsx. Only decisions are read back; nothing else in this file changes anything.",
)


def write_workbook(queue: Queue, path: Path) -> None:
    """Write the workbook, whole or not at all; a file of that name is replaced.

    Raises:
        OSError: It cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with xlsxwriter.Workbook(str(temporary), _OPTIONS) as book:
            looks = _looks(book)
            _write_introduction(book.add_worksheet("Read me"), queue, looks)
            for name, kind in sheets.SHEETS.items():
                items = [item for item in queue.items if item.kind == kind]
                _write_items(book.add_worksheet(name), kind, items, len(queue.targets.get(kind, ())), looks)
            for kind, name in sheets.TARGET_SHEETS.items():
                _write_targets(book.add_worksheet(name), queue.targets.get(kind, ()), looks)
        os.replace(temporary, path)
    except xlsxwriter.exceptions.FileCreateError as error:
        raise OSError(f"{path} cannot be written: {error}") from error
    finally:
        temporary.unlink(missing_ok=True)


def _looks(book: Any) -> dict[str, Any]:
    return {
        "text": book.add_format({"valign": "top"}),
        # Keeps a text that looks like a formula a text, also after a person has edited its cell.
        "quoted": book.add_format({"valign": "top", "quote_prefix": True}),
        "money": book.add_format({"num_format": "#,##0.00", "valign": "top"}),
        "money 0": book.add_format({"num_format": "#,##0", "valign": "top"}),
        "money 3": book.add_format({"num_format": "#,##0.000", "valign": "top"}),
        "number": book.add_format({"num_format": "#,##0.####", "valign": "top"}),
        "score": book.add_format({"num_format": "0.00", "valign": "top"}),
        "header": book.add_format({"bold": True, "bg_color": "#DDE3EA", "bottom": 1, "valign": "top"}),
        "decide": book.add_format({"bold": True, "bg_color": "#FFF2CC", "bottom": 1, "valign": "top"}),
        "title": book.add_format({"bold": True, "font_size": 14}),
    }


def _write_introduction(sheet: Any, queue: Queue, looks: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 110)
    sheet.write_string(0, 0, "Mappings to confirm", looks["title"])
    for row, line in enumerate(_INTRODUCTION, start=1):
        sheet.write_string(row, 0, line, looks["text"])
    if queue.as_of is not None:
        sheet.write_string(len(_INTRODUCTION) + 2, 0, f"As of {queue.as_of:%Y-%m-%d %H:%M} UTC", looks["text"])


def _columns(kind: str) -> list[tuple[str, int, str]]:
    """Header, width and form of each column."""
    held = "Holds" if kind == "client" else "Held by"
    columns = [
        ("Rank", 6, "number"),
        ("Waiting a month", 14, "money"),
        ("Currency", 9, "text"),
        ("Units", 9, "number"),
        (sheets.NAME, 34, "text"),
        ("Vendor system", 16, "text"),
        ("Id at the vendor", 20, "text"),
        ("Known of it", 34, "text"),
        (held, 40, "text"),
        (sheets.DECISION, 11, "decide"),
        (sheets.TARGET, 40, "decide"),
        (sheets.REASON, 30, "decide"),
    ]
    for number in range(1, sheets.SUGGESTED + 1):
        columns += [
            (f"Suggestion {number}", 40, "text"),
            (f"Score {number}", 8, "score"),
            (f"Why {number}", 44, "text"),
        ]
    return [*columns, (sheets.KEY, 20, "text"), (sheets.STATE, 20, "text")]


def _write_items(sheet: Any, kind: str, items: Sequence[Item], targets: int, looks: dict[str, Any]) -> None:
    columns = _columns(kind)
    place = {header: index for index, (header, _, _) in enumerate(columns)}
    for index, (header, width, _) in enumerate(columns):
        hidden = {"hidden": True} if header in (sheets.KEY, sheets.STATE) else {}
        sheet.set_column(index, index, width, looks["text"], hidden)
    sheet.freeze_panes(1, place["Vendor system"])
    for index, (header, _, form) in enumerate(columns):
        sheet.write_string(0, index, header, looks["decide" if form == "decide" else "header"])
    for row, item in enumerate(items, start=1):
        for index, value in enumerate(_cells(item)):
            form = columns[index][2]
            if form == "money" and (places := decimals(item.currency)) != 2:
                form = f"money {places}"
            _write(sheet, row, index, value, looks, "text" if form == "decide" else form)
    last = max(len(items), 1)
    sheet.autofilter(0, 0, last, len(columns) - 1)
    sheet.data_validation(
        1,
        place[sheets.DECISION],
        last,
        place[sheets.DECISION],
        {
            "validate": "list",
            "source": list(sheets.DECISIONS),
            "error_title": "Decision",
            "error_message": "accept, reject, or nothing",
        },
    )
    if targets:
        # A warning only: an id typed by hand is as good.
        sheet.data_validation(
            1,
            place[sheets.TARGET],
            last,
            place[sheets.TARGET],
            {
                "validate": "list",
                "source": f"='{sheets.TARGET_SHEETS[kind]}'!$A$2:$A${targets + 1}",
                "error_type": "information",
                "error_message": "Not in the list of the PSA",
            },
        )


def _cells(item: Item) -> list[Any]:
    cells: list[Any] = [
        item.rank,
        item.amount,
        item.currency,
        item.quantity,
        item.left_name,
        item.source_system,
        item.left_id,
        "; ".join(f"{words} {value}" for words, value in item.facts),
        item.holds if item.other_amounts is None else f"{item.holds} (and {item.other_amounts})",
        None,
        None,
        None,
    ]
    for number in range(sheets.SUGGESTED):
        if number < len(item.suggestions):
            one = item.suggestions[number]
            cells += [sheets.label(one.right_id, one.right_name), one.score, f"{one.tier}: {one.reasons}"]
        else:
            cells += [None, None, None]
    return [*cells, sheets.key(item.kind, item.source_system, item.left_id), item.state]


def _write_targets(sheet: Any, targets: Sequence[Target], looks: dict[str, Any]) -> None:
    for index, (header, width) in enumerate(
        (("For the column Target", 60), ("Id", 24), ("Name", 40), ("Known of it", 40))
    ):
        sheet.set_column(index, index, width, looks["text"])
        sheet.write_string(0, index, header, looks["header"])
    sheet.freeze_panes(1, 0)
    for row, target in enumerate(targets, start=1):
        known = "; ".join(f"{words} {value}" for words, value in target.facts)
        values = (sheets.label(target.right_id, target.right_name), target.right_id, target.right_name, known)
        for index, value in enumerate(values):
            _write(sheet, row, index, value, looks, "text")


def _write(sheet: Any, row: int, column: int, value: Any, looks: dict[str, Any], form: str) -> None:
    if value is None or value == "":
        return
    if isinstance(value, str):
        # write_string never looks at what it is given, so that "=1+1" stays a text.
        look = looks["quoted" if value.startswith(_FORMULA_SIGNS) else "text"]
        sheet.write_string(row, column, one_line(value, _LONGEST_TEXT), look)
    elif isinstance(value, int | float | Decimal):
        sheet.write_number(row, column, value, looks[form])
