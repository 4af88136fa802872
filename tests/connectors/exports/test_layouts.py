import pytest

FULL = "Client,Product,Quantity,Unit Price,Agreement\n"


def quantities(inbox, **config) -> list[tuple[str, int]]:
    return [(row["client_name"], int(row["quantity"])) for row in inbox.rows(**config)]


def test_blank_lines_are_passed_over_and_row_numbers_are_those_of_the_spreadsheet(inbox):
    inbox.drop("psa/lines.csv", "\n" + FULL + "\nAcme,P,1,2.5,A\n,,,,\n  ,\u00a0,,,\nBeta,P,2,2.5,A\n\n\n")
    assert [(row["client_name"], row["row_number"]) for row in inbox.rows()] == [("Acme", 4), ("Beta", 7)]


def test_a_title_block_above_the_header_is_passed_over(inbox):
    inbox.drop(
        "psa/lines.csv", "Agreement report\nPrinted,2026-06-30\nFilter: all clients\n\n" + FULL + "Acme,P,1,2.5,A\n"
    )
    assert quantities(inbox) == [("Acme", 1)]


def test_totals_subtotals_and_repeated_headers_are_left_out_counted_and_reported(inbox):
    inbox.drop(
        "psa/lines.csv",
        FULL
        + "Acme,P,1,2.5,A\nAcme,Q,2,2.5,A\nAcme Total,,3,,\n"
        + FULL
        + "Beta,P,4,2.5,A\nSubtotal,,4,,\nGrand Total,,7,17.5,\n",
    )
    assert quantities(inbox) == [("Acme", 1), ("Acme", 2), ("Beta", 4)]
    assert "left out 3 totals rows (first at line 4)" in inbox.message()
    assert "left out 1 repeated header rows (first at line 5)" in inbox.message()


def test_a_client_or_product_called_total_is_data(inbox):
    inbox.drop(
        "psa/lines.csv",
        FULL + "Total Wine,P,1,2.5,A\nAcme,Total Protection,2,2.5,A\nGrand Total,P,3,2.5,A\nWine Total,P,4,2.5,A\n",
    )
    assert [count for _, count in quantities(inbox)] == [1, 2, 3, 4]


def test_a_last_row_without_a_name_that_holds_the_sum_is_a_total(inbox):
    inbox.drop("psa/lines.csv", FULL + "Acme,P,1,2.5,A\nBeta,P,2,2.5,A\n,,3,,\n")
    assert quantities(inbox) == [("Acme", 1), ("Beta", 2)]
    inbox.drop("psa/lines.csv", FULL + "Acme,P,1,2.5,A\nBeta,P,2,2.5,A\n,,4,,\n")
    assert "line 4" in inbox.read().reads()[0].message


def test_headings_and_notes_of_one_cell_are_left_out_and_reported(inbox):
    inbox.drop("psa/lines.csv", FULL + "Managed services,,,,\nAcme,P,1,2.5,A\nPrices exclude tax,,,,\n")
    assert quantities(inbox) == [("Acme", 1)]
    assert "left out 2 rows with a single text (headings, notes) (first at line 2)" in inbox.message()


def test_a_row_without_a_client_is_refused(inbox):
    inbox.drop("psa/lines.csv", FULL + "Acme,P,1,2.5,A\n,P,2,2.5,A\n")
    assert 'psa/lines.csv, line 3, column "Client": no client. Fill the cell' in inbox.refusal()


def test_a_proper_header_without_rows_is_an_ok_read_of_nothing(inbox):
    inbox.drop("psa/lines.csv", FULL)
    read = inbox.read().reads()[0]
    assert (read.status, read.row_count, read.rows_appended) == ("ok", 0, False)
    assert read.message == "psa/lines.csv: a header and no rows"


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"])
def test_an_empty_file_is_refused_since_it_does_not_say_that_there_is_nothing(inbox, content):
    inbox.drop("psa/lines.csv", content)
    assert "psa/lines.csv: the file is empty" in inbox.refusal()


def test_a_file_without_a_header_is_refused(inbox):
    inbox.drop("psa/lines.csv", "Acme,M365,3\nBeta,M365,4\n")
    assert "no header row found. The file needs a row with headers such as Client, Product, Quantity" in inbox.refusal()


def test_a_missing_column_is_refused_with_the_headers_found_and_the_way_to_map_it(inbox):
    inbox.drop("psa/lines.csv", "Report\nClient,Product,Unit Price,Agreement\nAcme,P,2.5,A\n")
    assert inbox.refusal() == (
        "psa/lines.csv, line 2: no column for the quantity (quantity) of billing data. The header has: Client, "
        "Product, "
        'Unit Price, Agreement. Map one in profile.toml, under [columns]: quantity = "<header>". '
        "Or let tieout exports profile write one to choose from."
    )


def test_duplicate_headers_with_different_values_are_refused(inbox):
    inbox.drop("psa/lines.csv", "Client,Product,Quantity,Quantity,Agreement\nAcme,P,1,1,A\nBeta,P,2,3,A\n")
    assert inbox.refusal() == (
        'psa/lines.csv, line 3, column "Quantity": two columns have this header and hold different values (found "3"). '
        'Rename one of them, or write under [columns] in profile.toml quantity = "Quantity (1)" for the first, (2) for '
        "the second."
    )
    inbox.drop("psa/profile.toml", '[columns]\nquantity = "Quantity (2)"\n')
    assert [row["quantity"] for row in inbox.rows()] == [1, 3]
    inbox.drop("psa/profile.toml", '[columns]\nquantity = "Quantity (1)"\n')
    assert [row["quantity"] for row in inbox.rows()] == [1, 2]


@pytest.mark.parametrize("second", ["1", ""])
def test_a_duplicate_header_with_the_same_values_or_none_does_no_harm(inbox, second):
    inbox.drop("psa/lines.csv", f"Client,Product,Quantity,Quantity,Agreement\nAcme,P,1,{second},A\n")
    assert quantities(inbox) == [("Acme", 1)]


def test_duplicate_headers_of_columns_that_are_not_read_do_no_harm_and_both_stay_in_the_source_row(inbox):
    inbox.drop("psa/lines.csv", "Client,Product,Quantity,Note,Note,,Agreement\nAcme,P,1,x,y,z,A\n")
    row = inbox.rows()[0]["_source_row"]
    assert (
        row == '{"Client":"Acme","Product":"P","Quantity":"1","Note":"x","Note (2)":"y","column F":"z","Agreement":"A"}'
    )


def test_the_first_of_several_known_headers_is_read(inbox):
    inbox.drop(
        "psa/lines.csv", "Company,Company Name,Product Name,Description,Qty,Unit Price,Agreement\n9,Acme,P,long,1,2,A\n"
    )
    row = inbox.rows()[0]
    assert (row["client_name"], row["product_name"]) == ("Acme", "P")


def test_rows_shorter_and_longer_than_the_header_are_read(inbox):
    inbox.drop("psa/lines.csv", FULL + "Acme,P,1\nBeta,P,2,2.5,A,extra\n")
    assert quantities(inbox) == [("Acme", 1), ("Beta", 2)]


def test_text_that_looks_like_a_formula_stays_text(inbox):
    evil = ['=HYPERLINK(""http://x"")', "+1", "@SUM(A1)", "-2+3"]
    inbox.drop("psa/lines.csv", FULL + "".join(f'"{text}",P,1,2.5,A\n' for text in evil))
    assert [row["client_name"] for row in inbox.rows()] == ['=HYPERLINK("http://x")', "+1", "@SUM(A1)", "-2+3"]


@pytest.mark.parametrize("text", ["'; drop table body; --", "a'b", '{"x": 1}', "\\", "${HOME}", "[red]", "null", "nan"])
def test_text_of_a_file_is_never_a_command(inbox, text):
    inbox.drop("psa/lines.csv", f"Client|Product '{text}|Product|Quantity|Agreement\n{text}|{text}|{text}|1|A\n")
    assert (inbox.rows()[0]["client_name"], inbox.rows()[0]["product_name"]) == (text, text)


def test_connectwise_columns_give_the_gross_quantity_whichever_column_is_there(inbox):
    names = "Company/Name,Product/Identifier,{},Less Included,Unit Price,Bill Customer,Cancelled Date\n"
    inbox.drop("psa/lines.csv", names.format("Quantity,Billed Quantity") + "Acme,P,30,5,25,2,Billable,\n")
    assert [int(inbox.rows()[0][name]) for name in ("quantity", "included_quantity")] == [30, 25]
    inbox.drop("psa/lines.csv", names.format("Billed Quantity") + "Acme,P,5,25,2,Billable,\n")
    assert [int(inbox.rows()[0][name]) for name in ("quantity", "included_quantity")] == [30, 25]


def test_words_for_billable_are_folded_and_others_are_kept(inbox):
    words = ["Billable", "Yes", "TRUE", "No Charge", "Do Not Bill", "n", "Perhaps", ""]
    inbox.drop(
        "psa/lines.csv", "Client,Product,Quantity,Bill Customer\n" + "".join(f"C,P,1,{word}\n" for word in words)
    )
    modes = [row["bill_mode"] for row in inbox.rows()]
    assert modes == ["Billable", "Billable", "Billable", "NoCharge", "DoNotBill", "DoNotBill", "Perhaps", None]
