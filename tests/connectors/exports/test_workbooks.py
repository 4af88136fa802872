import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest

HEADER = ["Client", "Product", "Quantity", "Unit Price", "Start Date", "Agreement"]


def test_cells_are_read_with_their_types_and_their_row_numbers(inbox, workbook):
    rows = [
        ["Report"],
        [],
        HEADER,
        [250, "P", 3, 2.5, date(2026, 1, 31), "A"],
        [],
        ["Beta", "P", "1,234.5", 1e-05, None, "A"],
    ]
    inbox.drop("psa/lines.xlsx", workbook(rows))
    first, second = inbox.rows()
    assert (first["client_name"], first["quantity"], first["effective_date"]) == ("250", 3, date(2026, 1, 31))
    assert (first["sheet_name"], first["row_number"], second["row_number"]) == ("Data", 4, 6)
    assert (second["quantity"], second["unit_price"]) == (Decimal("1234.5"), Decimal("0.00001"))


def test_a_number_cell_is_never_taken_for_thousands(inbox, workbook):
    inbox.drop("psa/lines.xlsx", workbook([HEADER, ["Acme", "P", 1.234, 22.005, None, "A"]]))
    assert inbox.rows()[0]["quantity"] == Decimal("1.234")


def test_binary_dust_of_a_calculation_is_rounded_off(inbox, workbook):
    inbox.drop("psa/lines.xlsx", workbook([HEADER, ["Acme", "P", 3, 0.1 + 0.2, None, "A"]]))
    assert inbox.rows()[0]["unit_price"] == Decimal("0.3")


def test_a_formula_without_a_stored_result_is_refused_with_its_cell(inbox, workbook):
    inbox.drop("psa/lines.xlsx", workbook([HEADER, ["Acme", "P", "=1+1", 2.5, None, "A"]]))
    assert inbox.refusal() == (
        'psa/lines.xlsx, Data!C2, column "Quantity": a formula without a stored result (found "=1+1"). Open the '
        "workbook in a spreadsheet program, let it calculate, and save it."
    )


def test_a_formula_in_a_column_that_is_not_read_does_no_harm(inbox, workbook):
    inbox.drop("psa/lines.xlsx", workbook([[*HEADER, "Margin"], ["Acme", "P", 2, 2.5, None, "A", "=D2*2"]]))
    assert inbox.rows()[0]["quantity"] == 2


def test_a_formulas_stored_result_is_read(inbox, tmp_path):
    import xlsxwriter

    path = tmp_path / "made.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Data")
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, ["Acme", "P"])
        sheet.write_formula(1, 2, "=1+1", None, 2)
        sheet.write_formula(1, 5, '=IF(1=2,"x","")', None, "")
    inbox.drop("psa/lines.xlsx", _with_stored_empty_text(path.read_bytes(), b'r="F2"'))
    row = inbox.rows()[0]
    assert (row["quantity"], row["agreement_name"]) == (2, None)


def _with_stored_empty_text(data: bytes, cell: bytes) -> bytes:
    """Marks a formula's empty result as text, as Excel does; the library that wrote the file leaves the mark out."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(cell, cell + b' t="str"'))
    return stream.getvalue()


def test_a_failed_formula_is_refused(inbox, tmp_path):
    import xlsxwriter

    path = tmp_path / "made.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Data")
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, ["Acme", "P"])
        sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!")
    inbox.drop("psa/lines.xlsx", path.read_bytes())
    assert 'Data!C2, column "Quantity": a formula that failed (found "#DIV/0!")' in inbox.refusal()


def test_a_percent_cell_is_not_a_quantity(inbox, workbook):
    def percent(book):
        book["Data"]["C2"].number_format = "0%"

    inbox.drop("psa/lines.xlsx", workbook([HEADER, ["Acme", "P", 0.5, 2.5, None, "A"]], percent))
    assert "a percentage where a number is needed" in inbox.refusal()


@pytest.mark.parametrize(
    ("number_format", "currency"), [("[$€-407] #,##0.00", "EUR"), ('"£"#,##0.00', "GBP"), ("0.00", None)]
)
def test_the_cells_format_tells_the_currency(inbox, workbook, number_format, currency):
    def money(book):
        book["Data"]["D2"].number_format = number_format

    inbox.drop("psa/lines.xlsx", workbook([HEADER, ["Acme", "P", 1, 2.5, None, "A"]], money))
    assert inbox.rows()[0]["currency"] == currency


def test_every_sheet_with_a_header_is_read_and_the_others_are_named(inbox, workbook):
    def more(book):
        second = book.create_sheet("East")
        second.append(HEADER)
        second.append(["Beta", "P", 4, 2.5, None, "A"])
        book.create_sheet("Notes").append(["Ask Kim"])

    inbox.drop("psa/lines.xlsx", workbook([HEADER, ["Acme", "P", 3, 2.5, None, "A"]], more))
    assert [(row["sheet_name"], row["client_name"]) for row in inbox.rows()] == [("Data", "Acme"), ("East", "Beta")]
    assert "sheet Notes left out" in inbox.message()


def test_a_hidden_sheet_is_left_out_unless_the_profile_names_it(inbox, workbook):
    def hide(book):
        hidden = book.create_sheet("Old")
        hidden.append(HEADER)
        hidden.append(["Beta", "P", 4, 2.5, None, "A"])
        hidden.sheet_state = "hidden"

    inbox.drop("psa/lines.xlsx", workbook([HEADER, ["Acme", "P", 3, 2.5, None, "A"]], hide))
    assert [row["client_name"] for row in inbox.rows()] == ["Acme"]
    assert "hidden sheet Old left out" in inbox.message()
    inbox.drop("psa/profile.toml", 'sheets = ["Old"]\n')
    assert [row["client_name"] for row in inbox.rows()] == ["Beta"]
    inbox.drop("psa/profile.toml", 'sheets = ["New"]\n')
    assert (
        "no sheet named New. Mend sheets in profile.toml; the workbook has Data, Old."
        in inbox.read().reads()[0].message
    )


def test_the_same_rows_on_two_sheets_are_refused(inbox, workbook):
    def again(book):
        second = book.create_sheet("July")
        second.append(HEADER)
        second.append(["Acme", "P", 4, 2.5, None, "A"])

    inbox.drop("psa/lines.xlsx", workbook([HEADER, ["Acme", "P", 3, 2.5, None, "A"]], again))
    assert "July!2: holds a row that lines.xlsx, Data!2, also holds" in inbox.refusal()


def test_a_header_of_two_merged_rows_is_read(inbox, workbook):
    rows = [
        ["Agreement", "Client", None, "Product", None, "Quantity"],
        [None, "Id", "Name", "Code", "Name", None],
        ["A", 7, "Acme", "M1", "Mail", 3],
    ]

    def merge(book):
        for area in ("A1:A2", "B1:C1", "D1:E1", "F1:F2"):
            book["Data"].merge_cells(area)

    inbox.drop("psa/lines.xlsx", workbook(rows, merge))
    row = inbox.rows()[0]
    assert (row["client_id"], row["client_name"], row["product_code"], row["product_name"]) == (
        "7",
        "Acme",
        "M1",
        "Mail",
    )
    assert (row["agreement_name"], row["quantity"]) == ("A", 3)


def test_a_client_merged_over_its_rows_holds_for_all_of_them_but_a_number_does_not(inbox, workbook):
    def merge(book):
        book["Data"].merge_cells("A2:A3")

    rows = [HEADER, ["Acme", "P", 3, 2.5, None, "A"], [None, "Q", 4, 2.5, None, "A"]]
    inbox.drop("psa/lines.xlsx", workbook(rows, merge))
    assert [(row["client_name"], row["quantity"]) for row in inbox.rows()] == [("Acme", 3), ("Acme", 4)]

    def merge_quantity(book):
        book["Data"].merge_cells("C2:C3")

    rows = [HEADER, ["Acme", "P", 3, 2.5, None, "A"], ["Beta", "Q", None, 2.5, None, "A"]]
    inbox.drop("psa/lines.xlsx", workbook(rows, merge_quantity))
    assert "Data!C3" in inbox.read().reads()[0].message


def test_text_that_looks_like_a_formula_stays_text(inbox, workbook):
    def text(book):
        book["Data"]["A2"].data_type = "s"

    inbox.drop("psa/lines.xlsx", workbook([HEADER, ["=cmd|'/c calc'!A1", "P", 3, 2.5, None, "A"]], text))
    assert inbox.rows()[0]["client_name"] == "=cmd|'/c calc'!A1"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.xlsx", b"PK\x03\x04 not really", "not a readable workbook"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old .xls workbook, or one locked with a password"),
        ("a.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old .xls workbook, or one locked with a password"),
        ("a.xls", b"\xd0\xcf\x11\xe0", "neither CSV nor XLSX"),
        ("a.pdf", b"%PDF", "neither CSV nor XLSX"),
        ("a.xlsx", b"", "not a readable workbook"),
    ],
)
def test_what_is_no_workbook_is_refused(inbox, name, content, reason):
    inbox.drop(f"psa/{name}", content)
    assert f"psa/{name}: {reason}" in inbox.refusal()


def test_a_workbook_called_csv_is_read_as_a_workbook(inbox, workbook):
    inbox.drop("psa/lines.csv", workbook([HEADER, ["Acme", "P", 3, 2.5, None, "A"]]))
    assert inbox.rows()[0]["sheet_name"] == "Data"


def test_sheets_that_are_read_together_are_named(inbox, workbook):
    header = ["Client", "Product", "Quantity", "Unit Price"]

    def second(book):
        sheet = book.create_sheet("By client")
        sheet.append(header[:3])
        sheet.append(["Acme", "All", 3])

    inbox.drop("psa/lines.xlsx", workbook([header, ["Acme", "P", 3, 2.5]], second))
    inbox.rows()
    assert "2 sheets are read together: Data, By client (sheets in profile.toml chooses)" in inbox.message()
