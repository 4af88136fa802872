"""What accounts hold, and where their users write from, reaches the suggestions with its reason."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.dbt_project.warehouse import Warehouse

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
GUID = "00000000-0000-4000-8000-00000000000"
TENANT, SKU, COUNTS = f"{GUID}1", f"{GUID}2", {1: 27, 2: 5, 3: 8, 4: 12, 5: 16, 6: 3}
NAMES = {
    1: "Smith Dental",
    2: "Smith Dental",
    3: "Quill Wood",
    4: "Northwind Traders",
    5: "Amber Foods",
    6: "Cedar Law",
}


def company(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "name": NAMES[number],
        "website": "www.northwind.example" if number == 4 else None,
        "types": [{"id": 1, "name": "Customer"}],
        "deleted_flag": False,
        "custom_fields": [],
    }


def addition(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "agreement_id": number,
        "product__id": 700,
        "quantity": COUNTS[number],
        "unit_price": 20,
        "bill_customer": "Billable",
        "effective_date": SINCE,
    }


def assignment(number: int) -> dict[str, Any]:
    return {
        "tenant_id": TENANT,
        "sku_id": SKU,
        "user_id": f"u{number}",
        "user_principal_name": f"u{number}@northwind.example",
        "account_enabled": True,
        "user_type": "Member",
    }


@pytest.fixture(scope="module")
def suggested(warehouse: Warehouse) -> dict[str, list[dict[str, Any]]]:
    warehouse.read("connectwise", "companies", [company(number) for number in NAMES])
    agreements = [
        {"id": number, "company__id": number, "start_date": SINCE, "no_ending_date_flag": True, "cancelled_flag": False}
        for number in NAMES
    ]
    warehouse.read("connectwise", "agreements", agreements)
    warehouse.read("connectwise", "catalog", [{"id": 700, "description": "Business Premium", "inactive_flag": False}])
    warehouse.read("connectwise", "additions", [addition(number) for number in NAMES])
    warehouse.read("pax8", "companies", [{"id": "p1", "name": "Smith Dental"}, {"id": "p2", "name": "Zufan Bel"}])
    warehouse.read("pax8", "products", [{"id": "offer", "name": "M365 BP"}])
    subscriptions = [
        {"id": f"s{account}", "company_id": account, "product_id": "offer", "quantity": quantity, "status": "Active"}
        for account, quantity in (("p1", 27), ("p2", 400))
    ]
    warehouse.read("pax8", "subscriptions", subscriptions)
    warehouse.read("microsoft_graph", "tenants", [{"tenant_id": TENANT, "display_name": "Mora Vex"}])
    warehouse.read("microsoft_graph", "license_assignments", [assignment(n) for n in range(3)], account_id=TENANT)
    warehouse.rules(
        "product_map",
        [{"source_system": "pax8", "vendor_product_id": "offer", "product_id": "connectwise:700"}],
    )
    warehouse.build("--select", "+mapping_suggestions", "--exclude-resource-type", "test", "unit_test")
    found: dict[str, list[dict[str, Any]]] = {}
    for row in warehouse.rows(
        "SELECT * FROM mapping.mapping_suggestions WHERE kind = 'client' ORDER BY left_id, score DESC"
    ):
        found.setdefault(row["left_id"], []).append(row)
    return found


def test_where_users_write_from_is_a_reason(suggested: dict[str, list[dict[str, Any]]]) -> None:
    [row] = suggested[TENANT]
    assert (row["right_id"], row["method"]) == ("connectwise:4", "domain")
    assert "its users write from northwind.example, the client's domain" in row["reasons"]


def test_what_an_account_holds_decides_between_twins(suggested: dict[str, list[dict[str, Any]]]) -> None:
    first, second = suggested["p1"]
    assert (first["right_id"], second["right_id"]) == ("connectwise:1", "connectwise:2")
    assert "both have 27 x Business Premium" in first["reasons"]
    assert "certain" not in {first["tier"], second["tier"]}
    assert first["is_unambiguous"]


def test_what_says_nothing_suggests_nothing(suggested: dict[str, list[dict[str, Any]]]) -> None:
    assert "p2" not in suggested
