"""Which pairs are suggested: the matching engine's word, SQL's where the engine fails."""

from decimal import Decimal
from typing import Any

import pytest

from pipelines.mapping import suggest as module
from pipelines.mapping.suggest import SUGGESTIONS, suggest

FALLBACK = [
    {
        "kind": "client", "source_system": "pax8", "left_id": "a1", "left_name": "Acme", "right_id": "connectwise:1",
        "right_name": "Acme Inc", "method": "name", "score": Decimal("0.9700"), "tier": "likely",
        "reasons": "of SQL",
    }
]  # fmt: skip


def account(left_id: str, name: str, system: str = "pax8", **facts: Any) -> dict[str, Any]:
    row = {"source_system": system, "account_id": left_id, "account_name": name}
    return {**row, "domain": None, "tenant_id": None, "external_id": None, **facts}


def client(number: int, name: str, **facts: Any) -> dict[str, Any]:
    row = {"client_id": f"connectwise:{number}", "client_name": name, "source_client_id": str(number)}
    return {**row, "domain": None, "tenant_id": None, **facts}


def vendor_product(left_id: str, name: str | None, system: str = "pax8", **facts: Any) -> dict[str, Any]:
    row = {"source_system": system, "vendor_product_id": left_id, "vendor_product_name": name}
    return {**row, "part_number": None, "vendor_sku": None, **facts}


def product(number: int, name: str, **facts: Any) -> dict[str, Any]:
    row = {"product_id": f"connectwise:{number}", "product_name": name}
    return {**row, "product_code": None, "vendor_sku": None, "manufacturer_part_number": None, **facts}


def told(
    accounts: Any = (),
    clients: Any = (),
    vendor_products: Any = (),
    products: Any = (),
    rejections: Any = (),
    **about: Any,
) -> list[dict[str, Any]]:
    table = suggest(accounts, clients, vendor_products, products, rejections, FALLBACK, **about)
    assert table.schema == SUGGESTIONS
    return table.to_pylist()


def test_nothing_open_suggests_nothing() -> None:
    assert told() == []
    assert told(accounts=[account("a1", "Acme")]) == []


def test_names_and_ids_suggest_with_score_tier_and_reasons() -> None:
    clients = [client(1, "Harbor Logistics LLC"), client(2, "Fabrikam Dental", domain="fabrikam.example")]
    accounts = [account("a1", "HARBOR LOGISTICS"), account("a2", "FD Group", domain="fabrikam.example")]
    by_account = {row["left_id"]: row for row in told(accounts, clients)}
    assert {left: row["right_id"] for left, row in by_account.items()} == {"a1": "connectwise:1", "a2": "connectwise:2"}
    assert (by_account["a1"]["method"], by_account["a2"]["method"]) == ("name", "domain")
    assert "same domain fabrikam.example" in by_account["a2"]["reasons"]
    assert all(
        row["tier"] in ("certain", "likely", "possible") and 0 < row["score"] <= 1 for row in by_account.values()
    )


def test_the_psas_id_counts_at_the_distributor_alone_and_only_where_one_account_carries_it() -> None:
    clients = [client(101, "Quill Wood Associates"), client(102, "Hazel Wick Dental")]

    def found(*accounts: dict[str, Any]) -> list[str]:
        return [row["left_id"] for row in told(accounts, clients) if row["method"] == "id"]

    assert found(account("a1", "QWA Ltd", external_id="101")) == ["a1"]
    assert found(account("a1", "QWA", external_id="101"), account("a2", "Another", external_id="101")) == []
    assert found(account("n1", "QWA Ltd", "ninjaone", external_id="101")) == []


@pytest.mark.parametrize(("domain", "tier"), [(None, "likely"), ("quill.example", "certain")])
def test_an_id_that_somebody_typed_is_certain_only_with_a_second_proof(domain: str | None, tier: str) -> None:
    clients = [client(101, "Quill Wood Associates", domain="quill.example"), client(102, "Hazel Wick Dental")]
    [row] = told([account("a1", "Northwind Traders", external_id="101", domain=domain)], clients)
    assert (row["right_id"], row["method"], row["tier"]) == ("connectwise:101", "id", tier)


def test_a_rejected_pair_is_not_suggested() -> None:
    clients, accounts = [client(1, "Harbor Logistics LLC")], [account("a1", "Harbor Logistics")]
    rejection = {"kind": "client", "source_system": "pax8", "left_id": "a1", "right_id": "connectwise:1"}
    assert len(told(accounts, clients)) == 1
    assert told(accounts, clients, rejections=[rejection]) == []
    for other in ({"kind": "product"}, {"source_system": "ninjaone"}, {"left_id": "a2"}, {"right_id": "connectwise:2"}):
        assert len(told(accounts, clients, rejections=[{**rejection, **other}])) == 1


def test_a_products_guid_and_part_number_say_more_than_its_name() -> None:
    products = [product(771, "Microsoft 365 Business Premium"), product(5, "Backup", manufacturer_part_number="TW-100")]
    open_products = [
        vendor_product("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46", "SPB", "microsoft_graph"),
        vendor_product("p2", "Tidewatch", part_number="TW-100"),
    ]
    found = {row["left_id"]: row["right_id"] for row in told(vendor_products=open_products, products=products)}
    assert found == {"cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46": "connectwise:771", "p2": "connectwise:5"}


def test_what_is_confirmed_teaches_and_is_not_suggested() -> None:
    clients = [client(1, "Amber Hill Dental"), client(2, "Cobalt Creek Foods"), client(3, "Juniper Lane Law")]
    known = [{**account("n1", "Zufan", "ninjaone"), "client_id": "connectwise:1"}]
    assert told([account("p1", "ZUFAN")], clients) == []
    [row] = told([account("p1", "ZUFAN")], clients, confirmed_accounts=known)
    assert (row["left_id"], row["right_id"]) == ("p1", "connectwise:1")
    assert "like ninjaone:n1, which was confirmed" in row["reasons"]
    sold = [{**vendor_product("w1", "WINDOWS_SERVER", "ninjaone"), "product_id": "connectwise:5"}]
    products = [product(5, "Managed server"), product(6, "Managed workstation"), product(7, "Mail")]
    waiting = [vendor_product("w2", "WINDOWS_WORKSTATION", "ninjaone")]
    assert told(vendor_products=waiting, products=products) == []
    [row] = told(vendor_products=waiting, products=products, confirmed_products=sold)
    assert (row["left_id"], row["right_id"], row["tier"]) == ("w2", "connectwise:6", "possible")


def test_aliases_of_the_home_help_and_only_their_own_kind() -> None:
    products, waiting = [product(5, "Managed desk"), product(6, "Backup")], [vendor_product("p1", "Workplace Gold")]
    alias = {"kind": "product", "vendor_text": "Workplace Gold", "psa_text": "Managed desk"}
    [row] = told(vendor_products=waiting, products=products, aliases=[alias])
    assert (row["right_id"], row["tier"]) == ("connectwise:5", "possible")
    assert told(vendor_products=waiting, products=products, aliases=[{**alias, "kind": "client"}]) == []


def test_a_confirmed_account_of_a_client_that_is_gone_teaches_nothing() -> None:
    known = [{**account("n1", "Zufan", "ninjaone"), "client_id": "connectwise:9"}]
    assert told([account("p1", "ZUFAN")], [client(1, "Amber Hill Dental")], confirmed_accounts=known) == []


def test_a_recycled_psa_id_is_never_certain() -> None:
    clients = [client(254, "Horizon Vale Management", domain="hv.example"), client(255, "Quill Wood Foods")]
    [row] = told([account("a1", "Horizon Vale Management", domain="hv.example", external_id="311")], clients)
    assert (row["right_id"], row["tier"]) == ("connectwise:254", "possible")
    assert "identifiers contradict each other" in row["reasons"]


def test_an_engine_that_fails_costs_its_suggestions_and_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(module, "suggested_clients", failing)
    assert [row["reasons"] for row in told([account("a1", "Acme")], [client(1, "Acme")])] == ["of SQL"]


@pytest.mark.parametrize("name", ["", " ", "=1+1", "\x00", "\ud83d\ude00" * 300, "‮", "a" * 100_000, "...", "%s{0}"])
def test_no_name_trips_the_engine(name: str, caplog: pytest.LogCaptureFixture) -> None:
    accounts = [account("a1", name), account("a2", "Harbor Logistics")]
    found = told(
        accounts, [client(1, name), client(2, "Harbor Logistics LLC")], [vendor_product("p", name)], [product(1, name)]
    )
    assert "matching failed" not in caplog.text
    assert ("a2", "connectwise:2") in {(row["left_id"], row["right_id"]) for row in found}


def test_the_same_rows_give_the_same_suggestions() -> None:
    clients = [client(number, f"Company {number} Logistics") for number in range(50)]
    accounts = [account(f"a{number}", f"COMPANY {number} logistics ltd") for number in range(50)]
    assert told(accounts, clients) == told(accounts, clients)
