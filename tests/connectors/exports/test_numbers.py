from decimal import Decimal

import pytest

HEADER = "Client|Product|Quantity|Unit Price|Agreement\n"


def read(inbox, *cells: str, quantity: str = "1", profile: str = "") -> list[Decimal]:
    inbox.drop("psa/lines.csv", HEADER + "".join(f"C{i}|P|{quantity}|{cell}|A\n" for i, cell in enumerate(cells)))
    if profile:
        inbox.drop("psa/profile.toml", profile)
    return [row["unit_price"] for row in inbox.rows()]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.50", "1234.5"),
        ("1.234,50", "1234.5"),
        ("1 234,50", "1234.5"),
        ("1\u00a0234,50", "1234.5"),
        ("1\u202f234,50", "1234.5"),
        ("1'234.50", "1234.5"),
        ("1\u2019234.50", "1234.5"),
        ("12,345,678", "12345678"),
        ("12.345.678", "12345678"),
        ("$1,234.50", "1234.5"),
        ("1.234,50 €", "1234.5"),
        ("EUR 1.234,50", "1234.5"),
        ("$12.00 USD", "12"),
        ("(1,234.50)", "-1234.5"),
        ("($5.00)", "-5"),
        ("$(5.00)", "-5"),
        ("5.00-", "-5"),
        ("-$5.00", "-5"),
        ("$-5.00", "-5"),
        ("\u22125,5", "-5.5"),
        ("+5.5", "5.5"),
        (".5", "0.5"),
        ("0.125", "0.125"),
        ("1234.567", "1234.567"),
        (" 7 ", "7"),
        ("$ -", "0"),
        ("n/a", None),
        ("", None),
    ],
)
def test_a_number_is_read_in_every_style_that_names_one_value(inbox, text, value):
    assert read(inbox, text) == [None if value is None else Decimal(value)]


def test_one_clear_number_decides_the_mark_of_the_unclear_ones(inbox):
    assert read(inbox, "1,234", "2.50") == [Decimal(1234), Decimal("2.5")]
    assert read(inbox, "1,234", "2,50") == [Decimal("1.234"), Decimal("2.5")]


def test_a_number_that_may_be_thousands_or_a_fraction_is_refused_unless_the_profile_says(inbox):
    with pytest.raises(AssertionError, match="thousands or a decimal fraction"):
        read(inbox, "1,234")
    assert read(inbox, "1,234", profile='decimal = "."') == [Decimal(1234)]
    assert read(inbox, "1,234", profile='decimal = ","') == [Decimal("1.234")]


def test_two_decimal_marks_in_one_file_are_refused_with_the_cell_that_differs(inbox):
    inbox.drop("psa/lines.csv", HEADER + "A|P|1|2.50|A\nB|P|1|3.50|A\nC|P|1|4,50|A\n")
    refusal = inbox.refusal()
    assert 'psa/lines.csv, line 4, column "Unit Price": written with "," as decimal mark' in refusal
    assert '(found "4,50")' in refusal
    assert "set decimal in profile.toml" in refusal


@pytest.mark.parametrize(
    "text", ["ten", "12 units", "1-2", "12,34,56", "1.5E+05", "=1+1", "1 2", "--5", "#REF!", "-", "1..2"]
)
def test_text_in_a_number_column_is_refused_with_file_line_column_value_and_remedy(inbox, text):
    inbox.drop("psa/lines.csv", HEADER + f"Acme|P|1|2.50|A\nBeta|P|{text}|2.50|A\n")
    assert inbox.refusal() == (
        f'psa/lines.csv, line 3, column "Quantity": not a number (found "{text}"). '
        "Mend the cell, or leave such rows out with a skip rule in profile.toml "
        f'([[skip]], below it column = "Quantity", below that values = ["{text}"]).'
    )


def test_a_percentage_is_not_a_quantity(inbox):
    inbox.drop("psa/lines.csv", HEADER + "Acme|P|12%|2.50|A\n")
    assert 'a percentage where a number is needed (found "12%")' in inbox.refusal()


def test_an_empty_quantity_is_not_zero(inbox):
    inbox.drop("psa/lines.csv", HEADER + "Acme|P||2.50|A\n")
    assert 'line 2, column "Quantity": no quantity' in inbox.refusal()


def test_every_fault_is_listed_up_to_twenty_and_the_rest_is_counted(inbox):
    inbox.drop("psa/lines.csv", HEADER + "".join(f"C{i}|P|x{i}|2.50|A\n" for i in range(50)))
    refusal = inbox.refusal().splitlines()
    assert len(refusal) == 21
    assert refusal[-1] == "... and 30 more of the same file"


@pytest.mark.parametrize(
    ("text", "currency", "own"),
    [
        ("£2.50", "GBP", None),
        ("2,50 €", "EUR", None),
        ("CHF 2.50", "CHF", None),
        ("US$2.50", "USD", "AUD"),
        ("$2.50", "USD", None),
        ("$2.50", "AUD", "AUD"),
        ("$2.50", "USD", "EUR"),
        ("2.50 kr", "NOK", "NOK"),
        ("$2.50 CAD", "CAD", None),
        ("2.50", None, None),
    ],
)
def test_a_sign_tells_the_currency_where_no_column_does(inbox, text, currency, own):
    inbox.drop("psa/lines.csv", HEADER + f"Acme|P|1|{text}|A\n")
    assert inbox.rows(currency=own)[0]["currency"] == currency


def test_the_header_or_the_profile_tells_the_currency_too(inbox):
    inbox.drop("psa/lines.csv", "Client|Product|Quantity|Unit Price (NZD)|Agreement\nAcme|P|1|2.50|A\n")
    assert inbox.rows()[0]["currency"] == "NZD"
    inbox.drop("psa/lines.csv", HEADER + "Acme|P|1|2.50|A\n")
    inbox.drop("psa/profile.toml", 'currency = "SEK"\n')
    assert inbox.rows()[0]["currency"] == "SEK"


def test_a_sign_that_contradicts_the_currency_column_is_refused(inbox):
    inbox.drop("psa/lines.csv", "Client|Product|Quantity|Price|Currency|Agreement\nAcme|P|1|€2.50|USD|A\n")
    assert "the row names two currencies" in inbox.refusal()
    inbox.drop("psa/lines.csv", "Client|Product|Quantity|Price|Currency|Agreement\nAcme|P|1|$2.50|CAD|A\n")
    assert inbox.rows()[0]["currency"] == "CAD"


def test_a_word_in_the_currency_column_is_refused(inbox):
    inbox.drop("psa/lines.csv", "Client|Product|Quantity|Price|Currency|Agreement\nAcme|P|1|2.50|Dollars|A\n")
    assert 'column "Currency": not an ISO code such as USD (found "Dollars")' in inbox.refusal()


@pytest.mark.parametrize("written", ["5.00005", "0.00004", "1,234.00001", "5.0000000000001", "1234567.00004000"])
def test_a_quantity_with_more_decimals_than_are_kept_is_refused(inbox, written):
    inbox.drop("psa/lines.csv", f'Client,Product,Quantity,Unit Price\nAcme,P,"{written}",2.50\n')
    assert f'column "Quantity": more than 4 decimals, and a quantity keeps 4 (found "{written}")' in inbox.refusal()


@pytest.mark.parametrize(("written", "read"), [("5.12340000", "5.1234"), ("0.0001", "0.0001"), ("1,234.5", "1234.5")])
def test_zeros_at_the_end_are_no_more_decimals(inbox, written, read):
    inbox.drop("psa/lines.csv", f'Client,Product,Quantity,Unit Price\nAcme,P,"{written}",2.50\n')
    assert inbox.rows()[0]["quantity"] == Decimal(read)


def test_what_a_spreadsheet_calculated_is_exact_to_its_own_digits(inbox, workbook):
    header = ["Client", "Product", "Quantity", "Unit Price"]
    inbox.drop("psa/lines.xlsx", workbook([header, ["Acme", "P", 0.1 + 0.2, 7.1 * 3]]))
    assert (inbox.rows()[0]["quantity"], inbox.rows()[0]["unit_price"]) == (Decimal("0.3"), Decimal("21.3"))
    inbox.drop("psa/lines.xlsx", workbook([header, ["Acme", "P", 5.00005, 1]]))
    assert 'column "Quantity": more than 4 decimals' in inbox.refusal_of("psa")


def test_a_price_with_more_decimals_than_are_kept_is_rounded_and_said(inbox):
    inbox.drop("psa/lines.csv", "Client,Product,Quantity,Unit Price\nAcme,P,3,2.3333333333\nBeta,P,3,2.5\n")
    assert inbox.rows()[0]["unit_price"] == Decimal("2.333333")
    assert "1 numbers in Unit Price have more than six decimals and are rounded to six (first at line 2)" in (
        inbox.message()
    )
    inbox.drop("psa/lines.csv", "Client,Product,Quantity,Unit Price\nAcme,P,3,0.0000004\n")
    assert "a price too small for the six decimals that a price keeps" in inbox.refusal_of("psa")


def test_a_second_quantity_that_is_not_read_is_named(inbox):
    inbox.drop("psa/lines.csv", "Client,Product,Quantity,Qty,Unit Price\nAcme,P,10,12,2.50\nBeta,P,3,3,2.50\n")
    inbox.rows()
    assert "is not read and holds another number in 1 rows (first at line 2)" in inbox.message()


def test_a_header_that_stands_twice_with_different_numbers_is_refused(inbox):
    inbox.drop("psa/lines.csv", "Client,Product,Quantity,Quantity,Unit Price\nAcme,P,10,12,2.50\n")
    assert "two columns have this header and hold different values" in inbox.refusal()
    inbox.drop("psa/lines.csv", "Client,Product,Quantity,Quantity,Unit Price\nAcme,P,10,10,2.50\n")
    assert inbox.rows()[0]["quantity"] == 10
