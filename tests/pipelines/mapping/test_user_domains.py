"""What the sign-in names of an account's users say of its client."""

from typing import Any

from tests.pipelines.mapping.test_suggest import account, client, told

CLIENTS = [
    client(1, "Northwind Traders", domain="northwind.example"),
    client(2, "Harbor Foods", domain="harbor.example"),
    client(3, "Juniper Lane Law"),
]


def users(domain: str, number: int, left_id: str = "t1", system: str = "microsoft_graph") -> dict[str, Any]:
    return {"source_system": system, "account_id": left_id, "domain": domain, "users": number}


def found(name: str, *counted: dict[str, Any], clients: Any = CLIENTS, **about: Any) -> list[dict[str, Any]]:
    facts = about.pop("facts", {})
    return told([account("t1", name, "microsoft_graph", **facts)], clients, user_domains=counted, **about)


def test_where_users_write_from_finds_the_client_whose_name_says_nothing() -> None:
    assert found("Zufan Bel") == []
    [row] = found("Zufan Bel", users("northwind.example", 9), users("harbor.example", 1))
    assert (row["right_id"], row["method"]) == ("connectwise:1", "domain")
    assert "its users write from northwind.example, the client's domain" in row["reasons"]
    assert row["tier"] in ("likely", "possible")


def test_mail_hosts_and_microsofts_own_domains_count_for_nothing() -> None:
    others = users("gmail.com", 40), users("zufan.onmicrosoft.com", 40)
    assert found("Zufan Bel", *others) == []
    [row] = found("Zufan Bel", *others, users("northwind.example", 1))
    assert row["right_id"] == "connectwise:1"


def test_users_of_another_account_say_nothing() -> None:
    assert found("Zufan Bel", users("northwind.example", 9, "t2")) == []
    assert found("Zufan Bel", users("northwind.example", 9, system="pax8")) == []


def test_a_domain_that_two_clients_share_proves_nothing() -> None:
    shared = [*CLIENTS, client(4, "Northwind Realty", domain="northwind.example")]
    assert found("Zufan Bel", users("northwind.example", 9), clients=shared) == []


def test_users_of_several_domains_prove_nothing() -> None:
    assert found("Zufan Bel", users("northwind.example", 5), users("harbor.example", 4)) == []


def test_where_users_write_from_makes_nothing_certain() -> None:
    [plain] = found("Northwind", users("northwind.example", 9))
    assert plain["tier"] == "likely"


def test_the_same_name_is_only_possible_where_users_write_from_another_clients_domain() -> None:
    [row] = found("Harbor Foods")
    assert row["tier"] == "certain"
    [row] = found("Harbor Foods", users("northwind.example", 9))
    assert (row["right_id"], row["tier"]) == ("connectwise:2", "possible")
    assert "its users write from northwind.example, which is another client's domain" in row["reasons"]


def test_the_accounts_own_domain_is_not_told_twice() -> None:
    [row] = found("Zufan Bel", users("northwind.example", 9), facts={"domain": "northwind.example"})
    assert "same domain northwind.example" in row["reasons"]
    assert "its users" not in row["reasons"]


def test_a_refused_client_does_not_return_by_its_users_nor_speak_against_others() -> None:
    refused = {"kind": "client", "source_system": "microsoft_graph", "left_id": "t1", "right_id": "connectwise:1"}
    assert found("Zufan Bel", users("northwind.example", 9), rejections=[refused]) == []
    [row] = found("Harbor Foods", users("northwind.example", 9), rejections=[refused])
    assert row["tier"] == "certain"
