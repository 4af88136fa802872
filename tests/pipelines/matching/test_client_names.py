"""How companies' names are read."""

import pytest

from pipelines.matching.client_names import read_client_name


@pytest.mark.parametrize(
    ("name", "words", "form"),
    [
        ("Northwind Dental, LLC", ("northwind", "dentistry"), "llc"),
        ("N.V. Nutricia", ("nutricia",), "nv"),
        ("D S M N.V.", ("dsm",), "nv"),
        ("Müller GmbH & Co. KG", ("muller",), "gmbh & co kg"),
        ("Unilever Naamloze Vennootschap", ("unilever",), "nv"),
        ("ООО Вектор", ("вектор",), "ooo"),
        ("株式会社トヨタ", ("トヨタ",), "kk"),
        ("INTEL CORP /DE/", ("intel",), "corp"),
        ("Coca-Cola Company (The)", ("coca", "cola"), "co"),
        ("A. O. Smith", ("ao", "smith"), ""),
        ("Domino's", ("dominos",), ""),
        ("HENKEL KG AUF AKTIEN", ("henkel",), "kgaa"),
    ],
)
def test_the_legal_form_is_read_apart_from_the_name(name: str, words: tuple[str, ...], form: str) -> None:
    reading = read_client_name(name)[0]
    assert (reading.words, reading.form) == (words, form)


@pytest.mark.parametrize(
    ("name", "other", "said"),
    [
        ("Contoso Ltd t/a Fabrikam Stores", ("fabrikam", "stores"), "trade name"),
        ("Contoso Inc. d/b/a Fabrikam", ("fabrikam",), "trade name"),
        ("Contoso (formerly Adatum)", ("adatum",), "former name"),
        ("Contoso f/k/a Adatum LLC", ("adatum",), "former name"),
        ("Northwind Machine Works (NMW)", ("nmw",), "name in brackets"),
    ],
)
def test_a_second_name_within_a_name_is_a_reading_of_its_own(name: str, other: tuple[str, ...], said: str) -> None:
    assert (other, said) in [(reading.words, reading.said) for reading in read_client_name(name)]


def test_what_follows_the_legal_form_can_be_left_out() -> None:
    readings = read_client_name("Contoso Electronics N.V., Eindhoven, NL")
    assert ("contoso", "electronic") in [reading.words for reading in readings]


@pytest.mark.parametrize("name", ["", "   ", "😀", "LLC", "N.V.", "---", "'; DROP TABLE"[:2]])
def test_a_name_without_words_has_one_reading_without_words(name: str) -> None:
    readings = read_client_name(name)
    assert [reading.words for reading in readings] == [()]


def test_a_name_may_be_shortened_to_its_initials() -> None:
    assert "ibm" in read_client_name("International Business Machines Corp.")[0].initials
