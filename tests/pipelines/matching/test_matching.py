"""Which rows are put together, in which tier, and why."""

import pytest

from pipelines.matching.decisions import Decisions
from pipelines.matching.lists import NameList
from pipelines.matching.matching import match
from tests.pipelines.matching.lists import found, names, predict, tier_of

BYSTANDERS = ("Ellery Plumbing", "Fairfax Motors", "Quimby Bakery", "Vance Interiors")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Northwind Dental LLC", "NORTHWIND DENTAL"),
        ("Contoso Ltd", "Contoso Limited"),
        ("Müller Maschinenbau GmbH", "Mueller Maschinenbau"),
        ("Adatum Intl. Svcs.", "Adatum International Services"),
        ("Woodgrove Bank, Inc.", "Woodgrove Bank Corp."),
    ],
)
def test_one_name_written_two_ways_is_found(left: str, right: str) -> None:
    assert tier_of(left, right) in {"certain", "likely"}


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Bank Woodgrove", "Woodgrove Bank"),
        ("Contoso Ltd t/a Fabrikam Stores", "Fabrikam Stores"),
        ("Adatum (formerly Proseware Analytics)", "Proseware Analytics Inc"),
        ("Northwnd Logistics", "Northwind Logistics"),
        ("Lucerne Publishing B.V., Amsterdam, NL", "Lucerne Publishing"),
    ],
)
def test_word_order_trade_names_former_names_typing_errors_and_addresses_do_not_hide_a_client(
    left: str, right: str
) -> None:
    assert tier_of(left, right) is not None


@pytest.mark.parametrize(
    ("left", "right"),
    [("Smith Dental", "Smith Plumbing"), ("Adatum Logistics", "Contoso Logistics"), ("Store 12", "Store 13")],
)
def test_clients_that_share_a_word_are_not_put_together_with_confidence(left: str, right: str) -> None:
    assert tier_of(left, right) in {None, "possible"}


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Contoso Group", "Contoso"),
        ("Contoso Dental (a Contoso company)", "Contoso Dental"),
        ("Contoso Dental (a Contoso company)", "Contoso Group"),
        ("Acme Ltd - Leeds branch", "Acme Ltd"),
        ("Acme Ltd", "Acme Ltd (Leeds Branch)"),
        ("Acme GmbH, Zweigniederlassung Graz", "Acme GmbH"),
        ("Contoso Ltd, part of Fabrikam", "Contoso Ltd"),
    ],
)
def test_a_parent_or_a_part_is_not_certain_and_is_said(left: str, right: str) -> None:
    [row] = predict(names("l", left), names("r", right, *BYSTANDERS))
    assert row["right_id"] == "r0"
    assert row["tier"] != "certain"
    assert "perhaps parent or part of" in str(row["reasons"])


def test_two_names_of_one_branch_are_certain_and_so_is_a_part_with_the_same_identifier() -> None:
    assert tier_of("Acme Ltd - Leeds branch", "ACME LTD - LEEDS BRANCH") == "certain"
    left = names("l", "Acme Ltd - Leeds branch", tenant_id=["4f1c"])
    assert [
        row["tier"] for row in predict(left, names("r", "Acme Ltd", *BYSTANDERS, tenant_id=["4f1c"] + [""] * 4))
    ] == ["certain"]


def test_several_left_rows_may_belong_to_one_right_row() -> None:
    left = names("l", "Contoso Ltd", "Contoso Limited (EMEA)", "CONTOSO")
    assert found(left, names("r", "Contoso Ltd", *BYSTANDERS)) == {"l0": {"r0"}, "l1": {"r0"}, "l2": {"r0"}}


def test_identical_names_of_different_clients_are_ambiguous_and_only_possible() -> None:
    rows = predict(
        names("l", "Mobile Infrastructure Corp"), names("r", *["Mobile Infrastructure Corp"] * 2, *BYSTANDERS)
    )
    assert {row["right_id"] for row in rows} == {"r0", "r1"}
    assert {row["tier"] for row in rows} == {"possible"}
    assert all("ambiguous" in str(row["reasons"]) for row in rows)
    assert sum(float(row["score"]) for row in rows) <= 1.0


def test_a_name_that_several_left_rows_carry_is_not_certain() -> None:
    rows = predict(names("l", "Contoso Dental", "Contoso Dental"), names("r", "Contoso Dental", *BYSTANDERS))
    assert {row["tier"] for row in rows} == {"likely"}


def test_an_identifier_decides_between_identical_names() -> None:
    left = names("l", "Smith Dental", domain=["https://www.smith.example/about"])
    right = names("r", "Smith Dental", "Smith Dental", domain=["other.example", "smith.example"])
    rows = predict(left, right)
    assert [(row["right_id"], row["tier"]) for row in rows] == [("r1", "certain")]
    assert str(rows[0]["reasons"]).startswith("same domain smith.example")


@pytest.mark.parametrize("column", ["psa_id", "tax_id"])
def test_identifiers_that_contradict_each_other_are_only_possible_and_say_so(column: str) -> None:
    left = names("l", "Smith Dental", "Vance", domain=["smith.example", ""], **{column: ["311", "255"]})
    right = names("r", "Smith Dental", "Vance Interiors", domain=["smith.example", ""], **{column: ["254", "255"]})
    rows = {row["left_id"]: row for row in predict(left, right)}
    assert (rows["l0"]["right_id"], rows["l0"]["tier"]) == ("r0", "possible")
    assert str(rows["l0"]["reasons"]).startswith("identifiers contradict each other")
    assert rows["l1"]["tier"] == "certain"


def test_another_psa_id_makes_the_same_name_only_possible() -> None:
    left, right = (
        names("l", "Smith Dental", psa_id=["311"]),
        names("r", "Smith Dental", *BYSTANDERS, psa_id=["254"] * 5),
    )
    assert [row["tier"] for row in predict(left, right)] == ["possible"]


def test_an_identifier_brings_together_what_names_do_not() -> None:
    left = names("l", "NWD Holdings", "Zeta", tax_id=["DE 123-456", ""])
    right = names("r", "Fabrikam", *BYSTANDERS, vat_number=["de123456", "", "", "", ""])
    assert [(row["left_id"], row["right_id"], row["tier"]) for row in predict(left, right)] == [("l0", "r0", "certain")]


@pytest.mark.parametrize("value", ["gmail.com", "n/a", "", "-"])
def test_a_public_or_empty_value_is_no_identifier(value: str) -> None:
    left, right = names("l", "Adatum", domain=[value]), names("r", "Fabrikam Plumbing", domain=[value])
    assert predict(left, right) == []


def test_an_identifier_that_many_rows_carry_decides_nothing() -> None:
    left = names("l", "Adatum", domain=["msp.example"])
    right = names("r", *[f"{word} Plumbing" for word in "abcdefghijklmnop"], domain=["msp.example"] * 16)
    assert predict(left, right) == []


def test_the_city_decides_between_equal_names() -> None:
    left = names("l", "Smith Dental", *BYSTANDERS, city=["Leeds", "", "", "", ""])
    right = names(
        "r", "Smith Dental", "Smith Dental", *BYSTANDERS, city=["Porto", "Leeds", "Graz", "Lyon", "Brno", "Oslo"]
    )
    best = max((row for row in predict(left, right) if row["left_id"] == "l0"), key=lambda row: float(row["score"]))
    assert best["right_id"] == "r1"
    assert "same city leeds" in str(best["reasons"])


def test_an_accepted_pair_is_certain_however_unlike_and_a_rejected_one_never_returns() -> None:
    left, right = names("l", "Adatum", "Contoso Ltd"), names("r", "Zeta Holdings", "Contoso Limited", *BYSTANDERS)
    decisions = Decisions(frozenset([("l0", "r0")]), frozenset([("l1", "r1")]))
    rows = predict(left, right, decisions=decisions)
    assert [(row["left_id"], row["right_id"], row["score"], row["tier"]) for row in rows] == [
        ("l0", "r0", 1.0, "certain")
    ]
    assert "confirmed decision" in str(rows[0]["reasons"])


def test_a_confirmed_name_finds_others_like_it() -> None:
    left = names("l", "Vektor Gloeilampen N.V.", "VEKTOR GLOEILAMPEN")
    right = names("r", "Lumina Electronics", *BYSTANDERS)
    assert "l1" not in found(left, right)
    rows = predict(left, right, decisions=Decisions(frozenset([("l0", "r0")])))
    learned = next(row for row in rows if row["left_id"] == "l1")
    assert learned["right_id"] == "r0"
    assert "like l0, which was confirmed" in str(learned["reasons"])


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "A",
        "😀🎉",
        "LLC",
        "GmbH & Co. KG",
        "x" * 10_000,
        "word " * 2_000,
        "שלום בע״מ",
        "شركة النور",
        "\u202eevil",
        "'; DROP TABLE clients; --",
        '=HYPERLINK("http://x")',
        "a\x00b",
        "\ud800",
        "[red]markup[/]",
        "\\",
        "%s %n",
    ],
)
def test_a_hostile_or_odd_name_has_a_clear_outcome(name: str) -> None:
    result = match(names("l", name, "Contoso Ltd"), names("r", name, "Contoso Ltd", *BYSTANDERS), "client")
    rows = result.predictions.to_pylist()
    assert ("l1", "r1") in [(row["left_id"], row["right_id"]) for row in rows]
    told = [row for row in rows if row["left_id"] == "l0"]
    assert all(row["right_id"] == "r0" for row in told)
    assert bool(told) != ("l0" in {*result.unmatched, *result.unreadable})
    if len(name.strip()) < 2:
        assert all(row["tier"] == "possible" for row in told)


def test_names_that_hold_nothing_to_compare_are_said_apart() -> None:
    result = match(names("l", "LLC", "Adatum"), names("r", *BYSTANDERS), "client")
    assert (result.unreadable, result.unmatched) == (("l0",), ("l1",))


@pytest.mark.parametrize("kind", ["client", "product"])
def test_an_empty_list_gives_no_pairs(kind: str) -> None:
    nothing = NameList([], [])
    assert predict(nothing, names("r", "Contoso"), kind) == []
    assert predict(names("l", "Contoso"), nothing, kind) == []


def test_a_code_in_another_column_names_the_product() -> None:
    left = names("l", "Productivity bundle", part_number=["SPE_E3"])
    right = names("r", "Microsoft 365 E3", "Microsoft 365 E5")
    rows = predict(left, right, "product")
    assert [(row["right_id"], row["tier"]) for row in rows] == [("r0", "certain")]


def test_a_shared_code_under_contradicting_names_is_only_possible() -> None:
    left = names("l", "Acme Mail Basic", vendor_sku=["AM-100"])
    right = names("r", "Acme Mail Premium", vendor_sku=["am-100"])
    rows = predict(left, right, "product")
    assert [(row["right_id"], row["tier"]) for row in rows] == [("r0", "possible")]
    assert "names contradict" in str(rows[0]["reasons"])


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("M365 Business Premium NCE Annual", "Microsoft 365 Business Premium"),
        ("Office 365 Business Premium", "Microsoft 365 Business Standard"),
        ("AZURE ACTIVE DIRECTORY PREMIUM P1", "Microsoft Entra ID P1"),
        ("EXCHANGESTANDARD", "Exchange Online (Plan 1)"),
        ("Acme Cyber Backup Std - Server", "Acme Cyber Backup Standard Servers"),
    ],
)
def test_spellings_old_names_and_codes_of_a_product_are_found(left: str, right: str) -> None:
    assert tier_of(left, right, "product") in {"certain", "likely"}


def test_the_same_lists_give_the_same_result() -> None:
    left, right = names("l", "Contoso", "Adatum Group"), names("r", "Adatum", "Contoso Ltd", *BYSTANDERS)
    assert predict(left, right) == predict(left, right)
