"""How products' names are read, and what must agree."""

import pytest

from pipelines.matching.product_names import read_product_name


def _answers(name: str) -> list[tuple[str, ...]]:
    return [reading.must_agree for reading in read_product_name(name)]


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("M365 Business Prem (NCE) annual", "Microsoft 365 Business Premium"),
        ("O365 E3", "Office 365 Enterprise E3"),
        ("Exchange Online P1", "EXCHANGE ONLINE (PLAN 1)"),
        ("Microsoft 365 E5 w/o Teams", "Microsoft 365 E5 (no Teams)"),
        ("Dynamics 365 for Sales Enterprise Edition", "Dynamics 365 Sales Enterprise"),
        ("Teams Phone Std GCC High", "Microsoft Teams Phone Standard_USGOV_GCCHIGH"),
    ],
)
def test_spellings_of_one_product_give_the_same_answers(name: str, other: str) -> None:
    assert _answers(name)[0] == _answers(other)[0]


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Microsoft 365 Business Basic", "Microsoft 365 Business Standard"),
        ("Microsoft 365 Business Premium", "Microsoft 365 Business Premium (no Teams)"),
        ("Office 365 E3", "Office 365 E5"),
        ("Office 365 E3", "Microsoft 365 E3"),
        ("Microsoft 365 F1", "Microsoft 365 F3"),
        ("Microsoft 365 A3 for faculty", "Microsoft 365 A3 for students"),
        ("Microsoft 365 Business Premium", "Microsoft 365 Business Premium (Nonprofit)"),
        ("Office 365 G3 GCC", "Office 365 G5 GCC"),
        ("Entra ID P1", "Entra ID P2"),
        ("Visio Plan 1", "Visio Plan 2"),
        ("Acme Backup Server", "Acme Backup Workstation"),
        ("Acme Backup 10 GB", "Acme Backup 50 GB"),
        ("Office 365 E3", "Office 365 E3 EEA (no Teams)"),
        ("Microsoft 365 Apps for enterprise", "Microsoft 365 Apps for enterprise (device)"),
        ("Power BI Pro", "Power BI Premium Per User"),
        ("Microsoft Stream Plan 2", "Microsoft Stream Plan 2 Trial"),
    ],
)
def test_products_that_a_word_tells_apart_give_different_answers(name: str, other: str) -> None:
    assert not set(_answers(name)) & set(_answers(other))


def test_a_term_is_only_a_contradiction_where_both_state_one() -> None:
    annual, monthly = (read_product_name(f"Acme Mail {term}")[0] for term in ("annual", "monthly"))
    assert annual.must_agree == monthly.must_agree
    assert (annual.must_not_clash, monthly.must_not_clash) == (("term=annual",), ("term=monthly",))


@pytest.mark.parametrize(
    "code", ["SPE_E3", "spe_e3", "05e9a617-0261-4cee-bb44-138d3ef5d965", "License SPE_E3 (annual)"]
)
def test_a_code_of_the_public_table_reads_as_the_product_it_stands_for(code: str) -> None:
    reading = read_product_name(code)[0]
    assert reading.must_agree == read_product_name("Microsoft 365 E3")[0].must_agree
    assert "Microsoft 365 E3" in reading.said


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Office 365 Business Premium", "Microsoft 365 Business Standard"),
        ("Azure AD Premium P2 for Faculty", "Microsoft Entra ID P2 for Faculty"),
        ("Microsoft 365 Business", "Microsoft 365 Business Premium"),
        ("Visio Online Plan 2 for GCC", "Visio Plan 2 for GCC"),
        ("G Suite Basic", "Google Workspace Business Starter"),
    ],
)
def test_a_name_that_was_given_up_reads_as_the_later_name_too(old: str, new: str) -> None:
    later = read_product_name(new)[0]
    assert (later.words, later.must_agree) in [(r.words, r.must_agree) for r in read_product_name(old)]


def test_a_name_that_the_public_table_still_holds_keeps_its_own_product() -> None:
    readings = read_product_name("Power Virtual Agent")
    assert {reading.known for reading in readings} == {readings[0].known}
    assert readings[0].known
