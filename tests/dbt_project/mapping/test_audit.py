"""Two exports and no rules: names decide where they are plain, and only suggest where they are not."""

from typing import Any

import pytest

from tests.dbt_project.warehouse import Warehouse

PSA = [
    ("1", "Acme Dental, Inc.", "M365-BP", "Microsoft 365 Business Premium"),
    ("2", "Café Noir GmbH", "M365-BS", "Microsoft 365 Business Standard"),
    ("3", "Harbor Logistics LLC", "EDR", "Endpoint Detection"),
    ("4", "Harbor Logistics Ltd", "EDR", "Endpoint Detection"),
    ("5", "Northwind Traders", "BKP", "Cloud Backup"),
    ("6", "Store 12", "BKP", "Cloud Backup"),
]
VENDOR = [
    ("ACME DENTAL INC", None, "Microsoft 365 Business Premium [New Commerce Experience]", "owned"),
    ("Cafe Noir", None, "Microsoft 365 Business Basic", "owned"),
    ("Harbor Logistics", "EDR", "Endpoint protection agent", "used"),
    ("Nortwind Traders", None, "Cloud  backup", "used"),
    ("Store 13", None, "Cloud Backup", "used"),
]


@pytest.fixture(scope="module")
def built(warehouse: Warehouse) -> Warehouse:
    warehouse.run(sources={"exports": "vendor"}, accept_name_score=0.95)
    where = {"file_hash": "a" * 64, "sheet_name": "Sheet1", "file_name": "a.xlsx"}
    warehouse.read(
        "exports",
        "billing_lines",
        [
            {
                **where,
                "source_name": "psa",
                "row_number": n,
                "client_id": client,
                "client_name": name,
                "product_code": code,
                "product_name": product,
                "quantity": 10,
                "included_quantity": 4 if n == 2 else None,
                "unit_price": 5,
            }
            for n, (client, name, code, product) in enumerate(PSA, start=2)
        ],
    )
    rows = [
        {
            **where,
            "source_name": "vendor",
            "row_number": n,
            "account_name": name,
            "product_code": code,
            "product_name": product,
            "side": side,
            "quantity": 12,
            "not_counted": 'Status is "Cancelled"' if n == 6 else None,
        }
        for n, (name, code, product, side) in enumerate(VENDOR, start=2)
    ]
    # The same file dropped twice under two names is one file.
    warehouse.read("exports", "vendor_quantities", [*rows, {**rows[0], "file_name": "copy of a.xlsx"}])
    warehouse.build(
        "--select", *("+mapping_suggestions", "+counting_rules", "+billing_lines", "+agreements"),
        *("--exclude-resource-type", "test", "unit_test"),
    )  # fmt: skip
    return warehouse


def pairs(built: Warehouse, query: str) -> dict[Any, Any]:
    return {next(iter(row.values())): tuple(row.values())[1:] for row in built.rows(query)}


def test_plain_names_become_mappings_by_name(built: Warehouse) -> None:
    found = pairs(built, "SELECT account_id, client_id, method, CAST(score AS DOUBLE) FROM mapping.client_mappings")
    assert found == {
        "acme dental inc": ("psa:1", "name", 1.0),
        "cafe noir": ("psa:2", "name", 0.97),
    }


def test_two_clients_as_likely_stay_suggestions_both(built: Warehouse) -> None:
    rows = built.rows(
        "SELECT right_id, is_unambiguous FROM mapping.mapping_suggestions"
        " WHERE kind = 'client' AND left_id = 'harbor logistics' ORDER BY 1"
    )
    assert rows == [{"right_id": "psa:3", "is_unambiguous": False}, {"right_id": "psa:4", "is_unambiguous": False}]


def test_near_names_suggest_and_other_numbers_do_not_even_that(built: Warehouse) -> None:
    found = pairs(
        built,
        "SELECT left_id, right_id, method FROM mapping.mapping_suggestions"
        " WHERE kind = 'client' AND right_id > 'psa:4'",
    )
    assert found == {"nortwind traders": ("psa:5", "name")}


def test_editions_must_agree_whatever_the_texts_look_like(built: Warehouse) -> None:
    found = pairs(built, "SELECT vendor_product_name, product_id FROM mapping.product_mappings")
    assert found == {
        "Microsoft 365 Business Premium [New Commerce Experience]": ("psa:M365-BP",),
        "Endpoint protection agent": ("psa:EDR",),
        "Cloud  backup": ("psa:BKP",),
    }
    basic = built.rows("SELECT * FROM mapping.mapping_suggestions WHERE left_name LIKE '%Basic%'")
    assert basic == []


def test_products_count_by_the_side_that_the_export_states(built: Warehouse) -> None:
    found = pairs(built, "SELECT product_id, basis, owned_source, used_source FROM mapping.counting_rules")
    assert found == {
        "psa:M365-BP": ("owned", "vendor", None),
        "psa:EDR": ("used", None, "vendor"),
        "psa:BKP": ("used", None, "vendor"),
    }


def test_exported_rows_keep_their_place_in_the_file_and_count_once(built: Warehouse) -> None:
    rows = built.rows(
        "SELECT source_record_id, is_countable, not_countable_reason FROM canonical.vendor_quantities ORDER BY 1"
    )
    assert len(rows) == len(VENDOR)
    assert rows[0]["source_record_id"] == "aaaaaaaaaaaa:Sheet1:2"
    assert [row["not_countable_reason"] for row in rows if not row["is_countable"]] == ['Status is "Cancelled"']


def test_exported_lines_are_live_billable_and_less_what_is_included(built: Warehouse) -> None:
    row = built.row("SELECT * FROM canonical.billing_lines WHERE source_record_id LIKE '%:2'")
    assert (row["is_live"], row["bill_mode"], row["currency"]) == (True, "billable", "USD")
    assert (int(row["quantity"]), int(row["included_quantity"]), int(row["billed_quantity"])) == (10, 4, 6)
