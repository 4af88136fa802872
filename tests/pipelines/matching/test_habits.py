"""What accepted pairs show about how a home's vendors write names, and what that may not do."""

import pytest

from pipelines.matching.decisions import Decisions
from pipelines.matching.habits import Code, learn_habits
from pipelines.matching.lists import NameList
from pipelines.matching.product_habits import product_rewritings
from tests.pipelines.matching.lists import names, predict

CLIENTS = ("Amber Hill Dental", "Cobalt Creek Foods", "Juniper Lane Law", "Larch Moor Motors", "Osprey Bay Optical")


def decided(*pairs: tuple[str, str]) -> Decisions:
    return Decisions(frozenset(pairs))


def codes(*left: str) -> tuple[NameList, NameList, Decisions]:
    """Short names on the left, all but the last decided."""
    ours = names("l", *left)
    return ours, names("r", *CLIENTS), decided(*((f"l{number}", f"r{number}") for number in range(len(left) - 1)))


@pytest.mark.parametrize(
    "left",
    [
        ("AMBHIL", "COBCRE", "JUNLAN", "LARMOO", "OSPBAY"),
        ("AMB-HIL", "COB-CRE", "JUN-LAN", "LAR-MOO", "OSP-BAY"),
        ("AMBHD", "COBCF", "JUNLL", "LARMM", "OSPBO"),
    ],
)
def test_a_way_to_shorten_names_is_learned_from_several_clients_and_finds_the_rest(left: tuple[str, ...]) -> None:
    ours, theirs, decisions = codes(*left)
    [row] = [row for row in predict(ours, theirs, decisions=decisions) if row["left_id"] == "l4"]
    assert row["right_id"] == "r4"
    assert row["tier"] != "certain"
    assert "letters of each word" in str(row["reasons"])
    assert "as confirmed for 4 clients" in str(row["reasons"])


@pytest.mark.parametrize(
    "theirs",
    [
        ("AMBHIL", "COBCRE", "JUNLAN", "LARMOO", "OSPBAY"),
        ("BWT Amber Hill", "BWT Cobalt Creek", "BWT Juniper Lane", "BWT Larch Moor", "BWT Osprey Bay"),
    ],
)
def test_habits_of_the_right_side_are_learned_as_well(theirs: tuple[str, ...]) -> None:
    decisions = decided(*((f"l{number}", f"r{number}") for number in range(4)))
    rows = predict(names("l", *CLIENTS), names("r", *theirs), decisions=decisions)
    [row] = [row for row in rows if row["left_id"] == "l4"]
    assert (row["right_id"], row["tier"] == "certain") == ("r4", False)


def test_two_clients_make_no_way_of_shortening() -> None:
    ours, theirs, decisions = codes("AMBHIL", "COBCRE", "JUNLAN")
    assert learn_habits(ours, theirs, decisions).codes == {}


def test_two_clients_of_one_code_are_both_told() -> None:
    ours = names("l", "AMBHIL", "COBCRE", "JUNLAN", "LARMOO")
    theirs = names("r", *CLIENTS[:3], "Larch Moor Motors", "Larkspur Moore Bakery")
    rows = predict(ours, theirs, decisions=decided(("l0", "r0"), ("l1", "r1"), ("l2", "r2")))
    told = {(row["right_id"], row["tier"]) for row in rows if row["left_id"] == "l3"}
    assert told == {("r3", "possible"), ("r4", "possible")}


def test_a_code_that_says_too_little_is_none() -> None:
    assert Code((1, 1), "").of(("amber", "hill")) == ""
    assert Code((3, 3), "").of(("amber",)) == ""
    assert Code((3, 0, -1), "-").of(("amber", "hill", "dental")) == "amb-dntl"


def test_what_the_left_adds_to_names_is_told_from_what_it_puts_in_their_place() -> None:
    left = names("l", *(f"BWT {name.replace('Hill', 'Hl')}" for name in CLIENTS))
    habits = learn_habits(left, names("r", *CLIENTS), decided(*((f"l{n}", f"r{n}") for n in range(5))))
    assert set(habits.additions) == {"bwt"}
    assert [("hl",), ("hill",)] in [list(pair) for pair in habits.words]
    trades = names("l", *(f"{word} Tandarts" for word in ("Amber", "Cobalt", "Larch")))
    right = names("r", *(f"{word} Zahnarzt" for word in ("Amber", "Cobalt", "Larch")))
    habits = learn_habits(trades, right, decided(*((f"l{n}", f"r{n}") for n in range(3))))
    assert habits.additions == {}
    assert [*habits.words] == [(("tandarts",), ("zahnarzt",))]


def test_a_decided_row_is_not_read_by_its_own_decision_alone() -> None:
    left, right = names("l", "Amber Tandarts", "Cobalt Tandarts"), names("r", "Amber Zahnarzt", "Cobalt Zahnarzt")
    decisions = decided(("l0", "r0"))
    read = learn_habits(left, right, decisions).left_names(left, decisions)
    assert [(further.row, further.name) for further in read] == [(1, "cobalt zahnarzt")]


def test_a_confirmed_name_with_an_owner_does_not_claim_the_owners_other_firms() -> None:
    left = names("l", "Contoso Holdings t/a Lakeside Foods", "Contoso Holdings t/a Harbor Motors")
    right = names("r", "Lakeside Foods", "Harbor Motors", *CLIENTS)
    rows = predict(left, right, decisions=decided(("l0", "r0")))
    assert [row["right_id"] for row in rows if row["left_id"] == "l1"] == ["r1"]


def test_a_part_of_a_confirmed_name_makes_nothing_certain() -> None:
    left = names("l", "Contoso Holdings t/a Lakeside Foods", "Contoso Holdings")
    rows = predict(left, names("r", "Lakeside Foods", *CLIENTS), decisions=decided(("l0", "r0")))
    assert [row["tier"] for row in rows if row["left_id"] == "l1"] != ["certain"]


def test_words_of_products_stand_for_each_other_but_never_what_tells_products_apart() -> None:
    left = names(
        "l", "WINDOWS_SERVER", "WINDOWS_WORKSTATION", "LINUX_SERVER", "Acme Mail Standard", "Acme Vault Standard"
    )
    right = names("r", "Managed server", "Managed workstation", "Acme Mail Premium", "Acme Vault Premium")
    found = product_rewritings(left, right, decided(("l0", "r0"), ("l3", "r2")))
    assert [(further.row, further.name) for further in found] == [(1, "managed workstation")]


def test_what_a_person_let_go_may_go_again() -> None:
    left, right = names("l", "LINUX_SERVER", "LINUX_WORKSTATION"), names("r", "Managed server", "Managed workstation")
    rows = predict(left, right, "product", decided(("l0", "r0")))
    assert [(row["right_id"], row["tier"]) for row in rows if row["left_id"] == "l1"] == [("r1", "possible")]


@pytest.mark.parametrize("name", ["", "LLC", "x" * 5000, "word " * 500, "\ud800", "(((", "a\x00b", "😀 😀", "%s {0}"])
@pytest.mark.parametrize("kind", ["client", "product"])
def test_no_confirmed_name_trips_learning(name: str, kind: str) -> None:
    left = names("l", name, f"{name} two", *CLIENTS)
    right = names("r", name, f"{name} 2", *CLIENTS)
    decisions = decided(*((f"l{number}", f"r{number}") for number in range(6)))
    assert ("l0", "r0", "certain") in [
        (row["left_id"], row["right_id"], row["tier"]) for row in predict(left, right, kind, decisions)
    ]
