"""One audit from end to end through the command line, its figures worked out by hand."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from typer.testing import CliRunner

from pipelines.audit.matches import read_matches

pytestmark = pytest.mark.integration

EVIL = '=HYPERLINK("http://x","y")'
PSA = f"""Agreement report
Client;Agreement;Product;Quantity;Unit Price;Unit Cost;=1+1
Acme Ltd;A1;Microsoft 365 Business Premium;36;$22.00;$17.60;a
Beta Corp;B1;Microsoft 365 Business Premium;10;$22.00;$17.60;b
Gamma Inc;G1;Microsoft 365 Business Premium;5;$22.00;$17.60;c
"{EVIL.replace('"', '""')}";E1;Microsoft 365 Business Premium;1;$22.00;$17.60;d
Delta Dental Group;D1;Microsoft 365 Business Premium;13;$22.00;$17.60;e
Epsilon AG;E2;Microsoft 365 Business Premium;4;$22.00;$17.60;f
Total;;;69;;;
"""
VENDOR = f"""Customer,Product,Quantity,Partner Cost
ACME  LTD,Microsoft 365 Business Premium,42,17.60
beta corp,Microsoft 365 Business Premium,8,17.60
Gammas Inc,Microsoft 365 Business Premium,5,17.60
Delta Dental Partners,Microsoft 365 Business Premium,14,17.60
Zulu,Microsoft 365 Business Premium,9,17.60
"{EVIL.replace('"', '""')}",Microsoft 365 Business Premium,3,17.60
Acme Ltd,Exchange Online,3,4.00
"""


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path, Path]:
    from pipelines.cli.app import app

    folder = tmp_path_factory.mktemp("audit")
    (folder / "psa.csv").write_bytes(PSA.encode("utf-16"))
    (folder / "vendor.csv").write_text(VENDOR)
    arguments = ["audit", "--psa", folder / "psa.csv", "--vendor", folder / "vendor.csv", "--out", folder / "a.xlsx"]
    result = CliRunner().invoke(app, [*map(str, arguments), "--home", str(folder / "home")], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    return result, folder / "a.xlsx", folder / "home" / "published" / "tieout.duckdb"


def test_the_figures_are_those_worked_out_by_hand(done):
    with duckdb.connect(str(done[2]), read_only=True) as connection:
        lines = connection.execute(
            "select client_name, class, variance, revenue_impact from analytics.discrepancies "
            "where class in ('underbilled', 'overbilled', 'unbilled', 'orphan_billing') order by rank"
        ).fetchall()
    assert lines == [
        ("Acme Ltd", "underbilled", Decimal(6), Decimal("132.00")),
        # 3 owned, 1 billed and 8 owned, 10 billed: the same money, in either order
        *sorted(
            [
                (EVIL, "underbilled", Decimal(2), Decimal("44.00")),
                ("Beta Corp", "overbilled", Decimal(-2), Decimal("-44.00")),
            ],
            key=lambda line: [row[0] for row in lines].index(line[0]),
        ),
        ("Delta Dental Group", "underbilled", Decimal(1), Decimal("22.00")),
    ]


def test_a_name_like_no_other_stays_unmatched_and_in_no_total(done):
    said = " ".join(done[0].output.split())
    assert "5 accounts (3 certain, 2 likely) and 1 products (1 certain, 0 likely)" in said
    assert "│ client │ Zulu │ 9 │" in said
    with duckdb.connect(str(done[2]), read_only=True) as connection:
        classes = connection.execute(
            "select distinct class, revenue_impact from analytics.reconciliation "
            "where client_name in ('Zulu', 'Epsilon AG')"
        ).fetchall()
    assert classes == [("unmapped_client", None)]


def test_likely_matches_tell_their_evidence_and_their_money_stands_apart(done):
    matches = read_matches(done[2])
    likely = {one.name: (one.matched_to, one.evidence) for one in matches.matched if one.certainty == "likely"}
    assert likely.keys() == {"Gammas Inc", "Delta Dental Partners"}
    assert likely["Gammas Inc"][0] == "Gamma Inc"
    assert "both have 5 x Microsoft 365 Business Premium" in likely["Gammas Inc"][1]
    money = {row.certainty: (row.currency, row.underbilled, row.overbilled) for row in matches.money}
    assert money == {
        "certain": ("USD", Decimal("176.00"), Decimal("44.00")),
        "likely": ("USD", Decimal("22.00"), Decimal(0)),
    }
    said = " ".join(done[0].output.split())
    assert "certain │ USD │ 3 │ 176.00 │ 44.00" in said
    assert "likely │ USD │ 1 │ 22.00" in said
    # A narrow terminal folds the evidence over several lines.
    assert "Gammas Inc │ Gamma Inc │ both have 5 x" in said


def test_the_workbook_tells_of_each_match_and_line_how_certain_it_is(done):
    book = openpyxl.load_workbook(done[1])
    matches = {row[1]: row[2:4] for row in book["Matches"].iter_rows(min_row=2, values_only=True)}
    assert matches["Gammas Inc"] == ("Gamma Inc", "likely")
    assert matches["beta corp"] == ("Beta Corp", "certain")
    headers = [cell.value for cell in book["Discrepancies"][1]]
    lines = {
        row[headers.index("Client")]: row[headers.index("Match")]
        for row in book["Discrepancies"].iter_rows(min_row=2, values_only=True)
        if row[headers.index("Revenue impact")] is not None
    }
    assert lines == {"Acme Ltd": "certain", "Beta Corp": "certain", EVIL: "certain", "Delta Dental Group": "likely"}
    rows = list(book["Summary"].iter_rows(values_only=True))
    assert ("of it on certain matches", "USD", 176, 44) in [row[:4] for row in rows]
    assert ("of it on likely matches", "USD", 22, 0) in [row[:4] for row in rows]


def test_the_workbook_has_all_sheets_and_every_text_stays_a_text(done):
    book = openpyxl.load_workbook(done[1])
    assert book.sheetnames == [
        *(
            "Summary",
            "Discrepancies",
            "All lines",
            "Matches",
            "Observations",
            "Unmapped",
            "Source health",
            "Files read",
            "Tie-out",
        )
    ]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f" or cell.hyperlink]
    assert sum(cell.value == EVIL for cell in cells) >= 2
    sheet = book["Discrepancies"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref is not None
    headers = [cell.value for cell in sheet[1]]
    waits, first = (dict(zip(headers, [cell.value for cell in sheet[row]], strict=True)) for row in (2, 3))
    # Nine seats that cost 17.60 each wait for their client: more than the largest known difference.
    assert (waits["Client"], waits["Revenue impact"], waits["Waiting for a mapping"], waits["Owned (O)"]) == (
        "Zulu",
        None,
        158.4,
        9,
    )
    assert (first["Client"], first["Revenue impact"], first["Billed (B)"], first["Owned (O)"]) == (
        "Acme Ltd",
        132,
        36,
        42,
    )
    assert "6 x 22.00 = 132.00" in first["Explanation"]
    assert "Zulu" in {row[3] for row in book["Unmapped"].iter_rows(values_only=True)}
    totals = [row for row in book["Summary"].iter_rows(values_only=True) if row[0] == "Total"]
    assert [row[1:4] for row in totals] == [("USD", 198, 44)]
    assert {row[7] for row in book["Tie-out"].iter_rows(min_row=2, values_only=True)} == {"yes"}


def test_the_screen_says_which_column_was_taken_for_what_and_what_was_left_out(done):
    said = " ".join(done[0].output.split())
    assert "psa/psa.csv: client_name = Client, agreement_name = Agreement, product_name = Product, quantity =" in said
    assert "left out 1 totals rows (first at line 9)" in said
    assert "columns that are not read: =1+1" in said
    assert "Quantity is taken as owned: its header does not say what was counted" in said


def test_the_workbook_holds_every_note_as_text(done):
    sheet = openpyxl.load_workbook(done[1])["Files read"]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:5] == ("Source", "File", "Sheet", "What", "How it was read")
    assert ("psa", "psa.csv", "taken", "Client", "client_name") in [(r[0], r[1], r[3], r[5], r[6]) for r in rows[1:]]
    assert ("left out", 1, "line 9") in [(row[3], row[7], row[8]) for row in rows[1:]]
    unread = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "=1+1")
    assert unread.data_type == "s"
