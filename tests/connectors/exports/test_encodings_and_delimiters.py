import codecs

import pytest

LINES = (
    "Client;Product;Quantity;Unit Price\nMüller & Söhne;Größe \u2013 \u201cL\u201d;3;2,50\nCafé Ñandú;M365;4;10,00\n"
)


@pytest.mark.parametrize(
    "content",
    [
        LINES.encode("utf-8"),
        codecs.BOM_UTF8 + LINES.encode("utf-8"),
        LINES.encode("utf-16"),
        codecs.BOM_UTF16_BE + LINES.encode("utf-16-be"),
        LINES.encode("utf-16-le"),
        LINES.encode("utf-16-be"),
        LINES.encode("cp1252"),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16 le", "utf-16 be", "utf-16 le unmarked", "utf-16 be unmarked", "cp1252"],
)
def test_text_is_read_in_every_encoding_that_spreadsheets_write(inbox, content):
    inbox.drop("psa/lines.csv", content)
    assert [row["client_name"] for row in inbox.rows()] == ["Müller & Söhne", "Café Ñandú"]
    assert inbox.rows()[0]["product_name"] == "Größe \u2013 \u201cL\u201d"


def test_a_page_other_than_western_is_named_in_the_message(inbox):
    text = "Client;Product;Quantity;Agreement\nZażółć gęślą jaźń;Łódź Spółka;3;A\nŚwiętokrzyskie;x;4;A\n"
    inbox.drop("psa/lines.csv", text.encode("cp1250"))
    assert inbox.rows()[0]["client_name"] == "Zażółć gęślą jaźń"
    assert "read as cp1250" in inbox.message()


def test_the_profile_chooses_the_encoding(inbox):
    inbox.drop("psa/lines.csv", "Client,Product,Quantity\n\u041c\u0438\u0440,x,3\n".encode("koi8-r"))
    inbox.drop("psa/profile.toml", 'kind = "billing"\nencoding = "koi8-r"\n')
    assert inbox.rows()[0]["client_name"] == "\u041c\u0438\u0440"


def test_bytes_that_are_not_text_are_refused_with_their_line(inbox):
    inbox.drop("psa/lines.csv", b"Client,Product,Quantity\nA,B\x00,1\n")
    assert "psa/lines.csv, line 2: a NUL character" in inbox.refusal()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(inbox, delimiter):
    rows = [["Client", "Product", "Quantity", "Agreement"], ['"Acme, Inc; |\tWest"', "P", "3", "A"]]
    inbox.drop("psa/lines.csv", "\n".join(delimiter.join(row) for row in rows))
    assert inbox.rows()[0]["client_name"] == "Acme, Inc; | West"


def test_excels_own_word_for_the_delimiter_is_heeded_and_counts_as_a_row(inbox):
    inbox.drop("psa/lines.csv", "sep=;\r\nClient;Product;Quantity;Agreement\r\nAcme, Inc;P;3;A\r\n")
    assert [(row["client_name"], row["row_number"]) for row in inbox.rows()] == [("Acme, Inc", 3)]


def test_line_breaks_inside_quotes_stay_one_row(inbox):
    inbox.drop("psa/lines.csv", 'Client,Product,Quantity,Agreement\n"Acme\nInc",P,3,A\nBeta,P,4,A\n')
    assert [(row["client_name"], row["row_number"]) for row in inbox.rows()] == [("Acme Inc", 2), ("Beta", 3)]


def test_a_quote_that_never_closes_is_refused_and_swallows_no_rows(inbox):
    inbox.drop("psa/lines.csv", 'Client,Product,Quantity,Agreement\nAcme,P,3,A\n"Beta,P,4,A\nGamma,P,4,A\n')
    assert "line 3: broken quoting" in inbox.refusal()
