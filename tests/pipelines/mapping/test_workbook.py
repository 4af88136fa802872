"""The workbook out and back: everything that waits, as text; only decisions are read, each against its state."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from pipelines.mapping import sheets
from pipelines.mapping.queue import read_queue
from pipelines.mapping.refusals import MappingRefusedError
from pipelines.mapping.workbook import write_workbook
from pipelines.mapping.workbook_import import Read, read_workbook
from tests.pipelines.mapping.desk import Desk, usual
from tests.pipelines.mapping.test_decide import say

HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    '=HYPERLINK("x")',
    "<b>",
    "'quoted",
    "http://x.example",
    "007",
    "#N/A",
]


def exported(desk: Desk, folder: Path) -> Path:
    path = folder / "queue.xlsx"
    write_workbook(read_queue(desk.home), path)
    return path


def decided(path: Path, **rows: dict[str, Any]) -> Path:
    """The workbook with cells filled in, by the id of the row: `a1={"Decision": "accept"}`."""
    book = load_workbook(path)
    for name in sheets.SHEETS:
        sheet = book[name]
        place = {cell.value: cell.column for cell in sheet[1]}
        for row in range(2, sheet.max_row + 1):
            key = sheets.parts(str(sheet.cell(row, place[sheets.KEY]).value or ""))
            for header, value in rows.get(key[2] if key else "", {}).items():
                sheet.cell(row, place[header], value)
    filled = path.with_name("filled.xlsx")
    book.save(filled)
    return filled


def read(desk: Desk, path: Path) -> Read:
    return read_workbook(path, read_queue(desk.home))


def taken(found: Read) -> list[tuple[str, str, str]]:
    return [(one.action, one.item.left_id, one.target.right_id) for one in found.decisions]


def test_a_workbook_holds_a_sheet_for_each_kind_ranked_with_suggestions_and_a_drop_down(
    desk: Desk, tmp_path: Path
) -> None:
    book = load_workbook(exported(desk, tmp_path))
    assert book.sheetnames == ["Read me", "Accounts", "Products", "PSA clients", "PSA products"]
    rows = [dict(zip([cell.value for cell in book["Accounts"][1]], row, strict=True))
            for row in book["Accounts"].iter_rows(min_row=2, values_only=True)]  # fmt: skip
    assert [(row["Rank"], row["Id at the vendor"], row["Waiting a month"]) for row in rows] == [
        (1, "a1", 99), (2, "a2", 98), (3, "a3", None)
    ]  # fmt: skip
    assert rows[0]["Suggestion 1"] == "connectwise:1 | Acme Dental Inc"
    assert (rows[0]["Score 1"], rows[0]["Why 1"]) == (0.99, "certain: same name")
    assert [row[header] for row in rows for header in ("Decision", "Target", "Reason")] == [None] * 9
    offered = {rule.formula1 for rule in book["Accounts"].data_validations.dataValidation}
    assert offered == {'"accept,reject"', "'PSA clients'!$A$2:$A$4"}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_text_is_a_text_in_every_cell_whatever_it_begins_with(tmp_path: Path, name: str) -> None:
    desk = usual(tmp_path, (name, "Harbor", "Northwind"))
    desk.rows["mapping_queue"][0]["holds"] = name
    desk.rows["mapping_queue"][0]["domain"] = name
    desk.rows["mapping_suggestions"][0]["reasons"] = name
    desk.waits("client", "pax8", name, "Its id is hostile")
    desk.publish()
    path = exported(desk, tmp_path)
    book = load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert name.strip() in {cell.value for cell in cells}
    found = read(desk, decided(path, **{"a1": {"Decision": "accept"}, name: {"Decision": "reject", "Target": "1"}}))
    assert taken(found) == [("accept", "a1", "connectwise:1"), ("reject", name, "connectwise:1")]


def test_a_text_that_looks_like_a_formula_stays_one_when_its_cell_is_edited(tmp_path: Path) -> None:
    desk = usual(tmp_path, ("=1+1", "Harbor", "Northwind"))
    book = load_workbook(exported(desk, tmp_path))
    cells = [cell for row in book["Accounts"].iter_rows() for cell in row if str(cell.value).startswith("=")]
    assert cells
    assert all(cell.style and cell._style and cell.quotePrefix for cell in cells)


def test_only_decisions_come_back(desk: Desk, tmp_path: Path) -> None:
    path = exported(desk, tmp_path)
    filled = decided(
        path, a1={"Decision": "Accept "}, a2={"Target": "3", "Reason": "later", "Rank": 9}, p1={"Units": 99}
    )
    found = read(desk, filled)
    assert taken(found) == [("accept", "a1", "connectwise:1")]
    assert (found.blank, found.already, found.refused) == (3, 0, ())


@pytest.mark.parametrize(
    "target", ["connectwise:2 | Harbor Logistics Inc", "connectwise:2", 2, "2", "harbor logistics inc"]
)
def test_a_target_may_be_picked_or_typed(desk: Desk, tmp_path: Path, target: Any) -> None:
    row = {"Decision": "accept", "Target": target, "Reason": "seen on the order"}
    [decision] = read(desk, decided(exported(desk, tmp_path), a1=row)).decisions
    assert decision.target.right_id == "connectwise:2"
    assert decision.reason == "seen on the order"


@pytest.mark.parametrize(
    ("left", "cells", "says"),
    [
        ("a1", {"Decision": "maybe"}, "Accounts row 2: Decision 'maybe' is neither accept nor reject"),
        ("a1", {"Decision": "=1+1"}, "Accounts row 2: Decision holds a formula"),
        ("a1", {"Decision": "accept", "Target": "=VLOOKUP(1,A1:B2,2)"}, "Target holds a formula"),
        ("a1", {"Decision": "accept", "Target": "Nobody Ltd"}, "the PSA has no client 'Nobody Ltd'"),
        ("a3", {"Decision": "accept"}, "Accounts row 4: accept needs a Target"),
        ("a3", {"Decision": "accept", "Target": "3"}, "its Reason must say why"),
        ("a1", {"Decision": "accept", "Key": "pax8"}, "the hidden column Key was changed or lost"),
        ("p1", {"Decision": "accept", "Key": "client|pax8|a1"}, "Products row 2: the hidden column Key"),
        ("a2", {"Decision": "accept", "Key": "client|pax8|a1", "State": None}, "Accounts row 3: decides again"),
    ],
)  # fmt: skip
def test_a_malformed_row_is_named_and_nothing_of_the_file_counts(
    desk: Desk, tmp_path: Path, left: str, cells: dict[str, Any], says: str
) -> None:
    state = read_queue(desk.home).items[0].state
    cells = {header: state if value is None else value for header, value in cells.items()}
    good = {} if left == "a1" else {"a1": {"Decision": "accept"}}
    with pytest.raises(MappingRefusedError) as refused:
        read(desk, decided(exported(desk, tmp_path), **{left: cells}, **good))
    assert "1 row is malformed, so nothing was changed" in str(refused.value)
    assert says in refused.value.details[0]


def test_every_malformed_row_is_named_at_once(desk: Desk, tmp_path: Path) -> None:
    filled = decided(exported(desk, tmp_path), a1={"Decision": "yes"}, a2={"Decision": "no"}, p1={"Decision": "x"})
    with pytest.raises(MappingRefusedError) as refused:
        read(desk, filled)
    assert [detail.split(":")[0] for detail in refused.value.details] == [
        "Accounts row 2", "Accounts row 3", "Products row 2"
    ]  # fmt: skip


def test_stale_rows_are_refused_each_with_its_reason_and_the_others_count(desk: Desk, tmp_path: Path) -> None:
    desk.waits("client", "pax8", "a4", "Gone Soon")
    desk.waits("client", "pax8", "a5", "Suggested Anew")
    desk.publish()
    everything = {left: {"Decision": "reject", "Target": "3"} for left in ("a1", "a2", "a4", "a5", "a3")}
    filled = decided(exported(desk, tmp_path), **everything)
    desk.rule("client_map.csv", "pax8,a1,connectwise:2,2026-01-01,,D. Okafor,2026-01-14,by hand,")
    desk.rows["mapping_queue"] = [row for row in desk.rows["mapping_queue"] if row["left_id"] != "a4"]
    next(row for row in desk.rows["mapping_queue"] if row["left_id"] == "a2")["left_name"] = "Harbor Group"
    desk.suggests("a5", "connectwise:1")
    desk.publish()
    found = read(desk, filled)
    assert taken(found) == [("reject", "a3", "connectwise:3")]
    reasons = {row.name: row.reason for row in found.refused}
    assert reasons["Acme Dental"].startswith("decided meanwhile by client_map.csv:")
    assert reasons["Harbor Logistics"] == "its name is now 'Harbor Group'; export again"
    assert reasons["Gone Soon"].startswith("no longer waits")
    assert reasons["Suggested Anew"].startswith("what is known or suggested of it has changed")
    assert {row.place for row in found.refused} == {f"Accounts row {number}" for number in (2, 3, 5, 6)}


def test_new_money_on_a_row_does_not_make_it_stale(desk: Desk, tmp_path: Path) -> None:
    filled = decided(exported(desk, tmp_path), a1={"Decision": "accept"})
    desk.rows["mapping_queue"][0]["waiting_amount"] = 12345
    desk.publish()
    assert taken(read(desk, filled)) == [("accept", "a1", "connectwise:1")]


def test_what_holds_already_is_counted_and_not_decided_twice(desk: Desk, tmp_path: Path) -> None:
    filled = decided(exported(desk, tmp_path), a1={"Decision": "accept"}, a2={"Decision": "reject"})
    say(desk, "accept", "a1", "connectwise:1")
    say(desk, "reject", "a2", "connectwise:2")
    found = read(desk, filled)
    assert (taken(found), found.already, found.refused) == ([], 2, ())


def test_a_blank_target_is_the_suggestion_that_the_person_saw_first_and_no_other(desk: Desk, tmp_path: Path) -> None:
    filled = decided(exported(desk, tmp_path), a1={"Decision": "accept"})
    say(desk, "reject", "a1", "connectwise:1")
    found = read(desk, filled)
    assert taken(found) == []
    assert found.refused[0].reason.startswith("connectwise:1 is rejected by rejections.csv:")


def test_the_columns_may_be_moved_and_others_added(desk: Desk, tmp_path: Path) -> None:
    filled = decided(exported(desk, tmp_path), a1={"Decision": "accept"})
    book = load_workbook(filled)
    book["Accounts"].insert_cols(1, 2)
    book["Accounts"].cell(1, 1, "My notes")
    book.save(filled)
    assert taken(read(desk, filled)) == [("accept", "a1", "connectwise:1")]


@pytest.mark.parametrize("broken", ["no workbook", "no sheet", "no column", "empty"])
def test_a_file_that_is_not_ours_is_refused_with_what_to_do(desk: Desk, tmp_path: Path, broken: str) -> None:
    path = exported(desk, tmp_path)
    if broken in ("no workbook", "empty"):
        path.write_text("id,name\n" if broken == "no workbook" else "")
    else:
        book = load_workbook(path)
        if broken == "no sheet":
            del book["Products"]
        else:
            book["Accounts"].delete_cols(10)
        book.save(path)
    with pytest.raises(MappingRefusedError, match=r"export it again|save it as \.xlsx"):
        read(desk, path)


def test_a_workbook_that_cannot_be_written_leaves_the_old_one(desk: Desk, tmp_path: Path) -> None:
    path = exported(desk, tmp_path)
    kept = path.read_bytes()
    shutil.rmtree(tmp_path / "no", ignore_errors=True)
    with pytest.raises(OSError, match="cannot be written"):
        write_workbook(read_queue(desk.home), tmp_path / "no" / "queue.xlsx")
    assert path.read_bytes() == kept
    assert [name.name for name in tmp_path.iterdir() if name.name.startswith(".")] == []
