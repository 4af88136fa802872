"""What an account holds beside what clients are billed for: it decides where names cannot, and never more than that."""

from decimal import Decimal
from typing import Any

import pytest

from pipelines.mapping.holdings import ABSENT, EQUAL, NEAR, OTHER, Holdings, level
from tests.pipelines.mapping.test_suggest import account, client, told

TWINS = [client(1, "Smith Dental"), client(2, "Smith Dental")]
_WORDS = (
    "Amber", "Cobalt", "Juniper", "Quill", "Hazel", "Birch", "Cedar", "Flint", "Raven", "Osprey", "Lotus", "Maple",
    "Nectar", "Onyx", "Pearl", "Quartz", "Ruby", "Sable", "Teal", "Umber",
)  # fmt: skip
OTHERS = [client(number, f"{word} {word[::-1].title()} Foods") for number, word in enumerate(_WORDS, start=3)]
CLIENTS = [*TWINS, *OTHERS]
# Everybody has mail, in another number each; backup and archive are sold to few.
MINE = {"mail": 27, "backup": 27, "archive": 4}


def held(left_id: str, counts: dict[str, int], *, side: str = "owned", system: str = "pax8") -> list[dict[str, Any]]:
    about = {"source_system": system, "account_id": left_id, "side": side}
    return [{**about, "product_id": product, "quantity": Decimal(number)} for product, number in counts.items()]


def billed(number: int, **counts: int) -> list[dict[str, Any]]:
    return [
        {
            "client_id": f"connectwise:{number}",
            "product_id": product,
            "product_name": product.title(),
            "quantity": Decimal(quantity),
        }
        for product, quantity in counts.items()
    ]


BILLED = [
    *billed(1, mail=11, backup=3),
    *billed(2, **MINE),
    *(row for number in range(3, 23) for row in billed(number, mail=40 + 3 * number, phone=number)),
]


def found(name: str, *of_account: dict[str, Any], **about: Any) -> list[dict[str, Any]]:
    clients, of_clients = about.pop("clients", CLIENTS), about.pop("of_clients", BILLED)
    return told([account("a1", name)], clients, account_holdings=of_account, client_holdings=of_clients, **about)


def test_holdings_decide_between_clients_of_one_name() -> None:
    assert {row["tier"] for row in found("Smith Dental")} == {"possible"}
    first, second = found("Smith Dental", *held("a1", MINE))
    assert (first["right_id"], first["tier"]) == ("connectwise:2", "likely")
    assert "by name another row is as good; both have 4 x Archive and 2 more products" in first["reasons"]
    assert (second["right_id"], second["tier"]) == ("connectwise:1", "possible")
    assert first["score"] + second["score"] <= 1
    assert second["score"] < Decimal("0.2")


def test_twins_that_hold_alike_stay_a_tie() -> None:
    rows = found("Smith Dental", *held("a1", MINE), of_clients=[*BILLED[2:], *billed(1, **MINE)])
    assert {row["right_id"]: row["tier"] for row in rows} == {"connectwise:1": "possible", "connectwise:2": "possible"}
    assert all("ambiguous" in row["reasons"] for row in rows)


def test_holdings_that_speak_for_neither_twin_choose_none() -> None:
    rows = [row for row in found("Smith Dental", *held("a1", {"phone": 5})) if row["method"] == "name"]
    assert [row["score"] for row in rows] == [Decimal("0.5000")] * 2


def test_holdings_find_a_client_that_names_do_not_and_never_more_than_possible() -> None:
    assert found("Zufan Bel") == []
    [row] = found("Zufan Bel", *held("a1", MINE))
    assert (row["right_id"], row["tier"], row["method"]) == ("connectwise:2", "possible", "holdings")
    assert row["reasons"] == "both have 4 x Archive and 2 more products"
    many = {f"p{number}": 100 + number for number in range(30)}
    [row] = found("Zufan Bel", *held("a1", many), of_clients=[*BILLED, *billed(9, **many)])
    assert (row["right_id"], row["tier"]) == ("connectwise:9", "possible")
    assert row["score"] < 1


def test_what_everybody_has_in_another_number_finds_nobody() -> None:
    assert found("Zufan Bel", *held("a1", {"mail": 500})) == []
    assert found("Zufan Bel", *held("a1", {"printer": 4})) == []


def test_a_name_that_is_found_is_not_questioned_by_holdings() -> None:
    [row] = found("Amber Rebma Foods", *held("a1", MINE))
    assert (row["right_id"], row["tier"]) == ("connectwise:3", "certain")


def test_no_more_than_three_clients_by_holdings() -> None:
    alike = [row for number in range(3, 7) for row in billed(number, relic=7, fossil=9)]
    clients = [*CLIENTS, *(client(number, f"{number * 7919} Kiln") for number in range(30, 400))]
    of_clients = [*alike, *(row for number in range(30, 400) for row in billed(number, mail=number))]
    rows = found("Zufan Bel", *held("a1", {"relic": 7, "fossil": 9}), clients=clients, of_clients=of_clients)
    assert len(rows) <= 3


def test_a_refused_pair_never_returns_by_what_it_holds() -> None:
    refused = {"kind": "client", "source_system": "pax8", "left_id": "a1", "right_id": "connectwise:2"}
    assert found("Zufan Bel", *held("a1", MINE), rejections=[refused]) == []
    rows = found("Smith Dental", *held("a1", MINE), rejections=[refused])
    assert {row["right_id"] for row in rows} == {"connectwise:1"}


def test_what_another_account_of_the_system_accounts_for_finds_nothing() -> None:
    rows = [*held("a1", MINE), *held("a2", MINE)]
    settled = [{**account("a2", "Zed"), "client_id": "connectwise:2"}]
    assert found("Zufan Bel", *rows, confirmed_accounts=settled) == []
    elsewhere = [{**account("a2", "Zed", "ninjaone"), "client_id": "connectwise:2"}]
    [row] = found("Zufan Bel", *held("a1", MINE), *held("a2", MINE, system="ninjaone"), confirmed_accounts=elsewhere)
    assert row["right_id"] == "connectwise:2"


def test_holdings_find_nothing_against_an_identifier_or_another_number() -> None:
    numbered = [{**row, "source_client_id": f"10{row['source_client_id']}"} for row in CLIENTS]
    usage = {"account_holdings": held("a1", MINE), "client_holdings": BILLED}
    assert len(told([account("a1", "Zufan Bel")], numbered, **usage)) == 1
    assert told([account("a1", "Zufan Bel", external_id="77")], numbered, **usage) == []
    stores = [client(1, "Smith Dental"), client(2, "Kiln 13"), *OTHERS]
    assert [row for row in found("Zufan 12", *held("a1", MINE), clients=stores) if row["method"] == "holdings"] == []


@pytest.mark.parametrize("name", ["Smith Dental", "Zufan Bel", "Amber Rebma Foods"])
def test_without_usage_or_billing_nothing_changes(name: str) -> None:
    plain = told([account("a1", name)], CLIENTS)
    assert found(name) == plain
    assert found(name, *held("a1", MINE), of_clients=[]) == plain
    assert found(name, *held("another", MINE)) == plain


def test_counts_of_any_side_are_compared() -> None:
    counts = frozenset({30.0, 27.0})
    assert level(counts, 27.0) == EQUAL
    assert level(counts, 28.0) == NEAR
    assert level(counts, 60.0) == OTHER
    assert level(counts, None) == ABSENT


def test_confirmed_accounts_teach_how_often_counts_agree() -> None:
    # In this home no account holds what its client is billed for: an equal count is worth less than elsewhere.
    settled = [
        {"source_system": "ninjaone", "account_id": f"n{i}", "client_id": f"connectwise:{i}"} for i in range(3, 23)
    ]
    theirs = [row for i in range(3, 23) for row in held(f"n{i}", {"mail": 1000 + i}, system="ninjaone")]
    rows = [*held("a1", MINE), *theirs]
    stated, taught = Holdings(rows, BILLED, settled[:19]), Holdings(rows, BILLED, settled)
    assert 0 < taught.ask("pax8:a1", "connectwise:2").odds < stated.ask("pax8:a1", "connectwise:2").odds


def test_words_say_a_count_that_nearly_agrees_and_nothing_where_holdings_speak_against() -> None:
    holdings = Holdings(held("a1", {"backup": 28, "archive": 4}), BILLED, [])
    assert holdings.ask("pax8:a1", "connectwise:2").words == "both have 4 x Archive and 1 more product"
    holdings = Holdings(held("a1", {"backup": 28}), BILLED, [])
    assert holdings.ask("pax8:a1", "connectwise:2").words == "has 28 x Backup, of which 27 are billed"
    against = holdings.ask("pax8:a1", "connectwise:9")
    assert against.odds < 0
    assert against.words == ""
    assert holdings.ask("pax8:unknown", "connectwise:2") == (0.0, "")
