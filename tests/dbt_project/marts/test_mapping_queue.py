"""What waits for a mapping: ranked by money, currencies apart, unknown prices last, and nothing that asks nobody."""

from decimal import Decimal
from typing import Any

import pytest

from pipelines.reports.summary import read_summary
from tests.dbt_project.compare.desk import Desk


def waits(desk: Desk, kind: str, system: str, left_id: str, **facts: Any) -> None:
    row = {
        "kind": kind,
        "source_system": system,
        "left_id": left_id,
        "left_name": left_id,
        "is_active": kind == "client",
    }
    desk.insert("mapping.open_mappings", [{**row, **facts}])


@pytest.fixture(scope="module")
def desk(dbt_folder) -> Desk:
    desk = Desk(dbt_folder / "warehouse.duckdb", dbt_folder / "target")
    desk.lay_out()
    priced = desk.product(1, "owned", owned="pax8", price="20", vendor_ids=[("pax8", "p1")])
    desk.product(2, "owned", owned="pax8", vendor_ids=[("pax8", "p2")])
    known = desk.client(1, accounts=[("pax8", "known")])
    desk.line(known, priced, 1)
    for account in ("cheap", "dear", "unknown few", "unknown many", "empty", "two currencies", "free"):
        desk.account("pax8", account)
        waits(desk, "client", "pax8", account)
    waits(desk, "client", "pax8", "closed", is_active=False)
    for product in ("new", "unsold", "free sku"):
        waits(desk, "product", "pax8", product)
    # The sides of one product repeat each other.
    desk.vendor("pax8", "owned", "dear", "p1", 4)
    desk.vendor("pax8", "charged", "dear", "p1", 5)
    desk.vendor("pax8", "owned", "cheap", "p2", 3, monthly_unit_cost="6.50", currency="USD")
    desk.vendor("pax8", "owned", "unknown few", "p2", 2)
    desk.vendor("pax8", "owned", "unknown many", "p2", 200)
    desk.vendor("pax8", "owned", "two currencies", "p2", 1, monthly_unit_cost="3", currency="EUR")
    desk.vendor("pax8", "owned", "two currencies", "p1", 1)
    desk.vendor("pax8", "owned", "known", "new", 7, monthly_unit_cost="2", currency="USD")
    desk.vendor("pax8", "owned", "dear", "new", 1, monthly_unit_cost="2", currency="USD")
    desk.vendor("pax8", "owned", "free", "free sku", 9)
    desk.exclude(source_system="pax8", vendor_product_id="free sku")
    desk.compare()
    return desk


def queue(desk: Desk, kind: str) -> list[dict[str, Any]]:
    return desk.rows("SELECT * FROM analytics.mapping_queue WHERE kind = ? ORDER BY rank", kind)


def test_accounts_come_by_money_then_by_units_and_one_without_units_waits_too(desk: Desk) -> None:
    assert [(row["left_id"], row["waiting_amount"]) for row in queue(desk, "client")] == [
        ("dear", Decimal("102.00")),
        ("two currencies", Decimal("20.00")),
        ("cheap", Decimal("19.50")),
        ("unknown many", None),
        ("unknown few", None),
        ("empty", None),
        ("free", None),
    ]


def test_of_several_sides_the_largest_counts_and_the_amount_says_what_it_is_made_of(desk: Desk) -> None:
    dear = queue(desk, "client")[0]
    assert (dear["waiting_quantity"], dear["value_basis"]) == (Decimal(6), "client price and vendor cost")
    assert dear["holds"] == "5 p1; 1 new"


def test_currencies_stand_apart(desk: Desk) -> None:
    row = queue(desk, "client")[1]
    assert (row["currency"], row["other_amounts"]) == ("USD", "EUR 3.00")


def test_an_account_that_is_closed_and_a_product_that_nobody_holds_ask_nobody(desk: Desk) -> None:
    assert "closed" not in {row["left_id"] for row in queue(desk, "client")}
    assert [row["left_id"] for row in queue(desk, "product")] == ["new"]


def test_a_product_waits_with_its_units_at_every_account_mapped_or_not(desk: Desk) -> None:
    [row] = queue(desk, "product")
    assert (row["waiting_quantity"], row["waiting_amount"]) == (Decimal(8), Decimal("16.00"))
    assert row["holds"] == "7 Account known; 1 Account dear"


def test_what_a_rule_excludes_waits_for_nobody(desk: Desk) -> None:
    [free] = [row for row in queue(desk, "client") if row["left_id"] == "free"]
    assert free["waiting_quantity"] == 0


def test_a_unit_that_waits_for_account_and_product_is_told_with_the_account_alone(desk: Desk) -> None:
    """The account's unit of the new product is in its 102.00; of the product's 16.00, 14.00 is at a mapped account."""
    [new] = queue(desk, "product")
    assert (new["own_quantity"], new["own_amounts"]) == (7, {"USD": Decimal("14.00")})
    dear, two, *_ = queue(desk, "client")
    assert (dear["own_amounts"], two["own_amounts"]) == (
        {"USD": Decimal("102.00")},
        {"USD": Decimal("20.00"), "EUR": Decimal("3.00")},
    )


def test_lines_of_an_account_that_waits_rank_by_the_money_that_waits(desk: Desk) -> None:
    rows = desk.rows(
        "SELECT client_key, product_key, waiting_amount FROM analytics.discrepancies "
        "WHERE waiting_amount IS NOT NULL ORDER BY rank"
    )
    assert [(row["client_key"], row["waiting_amount"]) for row in rows] == [
        ("pax8:dear", Decimal("100.00")),
        ("pax8:two currencies", Decimal("20.00")),
        ("pax8:cheap", Decimal("19.50")),
        ("connectwise:1", Decimal("14.00")),
        ("pax8:dear", Decimal("2.00")),
    ]


def test_a_summary_has_one_item_per_account_on_top_and_none_of_their_lines_below(desk: Desk) -> None:
    desk.close()
    summary = read_summary(desk.path)
    assert [(item.kind, item.left_name, item.amounts) for item in summary.waiting] == [
        ("client", "dear", {"USD": Decimal("102.00")}),
        ("client", "two currencies", {"USD": Decimal("20.00"), "EUR": Decimal("3.00")}),
        ("client", "cheap", {"USD": Decimal("19.50")}),
        ("product", "new", {"USD": Decimal("14.00")}),
        ("client", "unknown many", {}),
        ("client", "unknown few", {}),
    ]
    assert summary.waiting_money == {"USD": Decimal("155.50"), "EUR": Decimal("3.00")}
    assert not {row.class_ for row in summary.largest} & {"unmapped_client", "unmapped_product"}
