"""A run over a closed month: what arrived after its end counts when it is dated, and not when it is a state."""

from datetime import UTC, date, datetime

import pytest

from tests.dbt_project.warehouse import Warehouse

pytestmark = pytest.mark.integration

IN_JUNE = datetime(2026, 6, 30, 20, tzinfo=UTC)
LATE = datetime(2026, 7, 8, 6, tzinfo=UTC)
AFTER_AS_OF = datetime(2026, 7, 12, 6, tzinfo=UTC)


def subscription(quantity: int) -> dict:
    return {
        "id": "s1", "company_id": "c1", "product_id": "p1", "quantity": quantity, "status": "Active",
        "start_date": "2026-01-01T00:00:00Z",
    }  # fmt: skip


def item(number: int, start: date, end: date, quantity: int) -> dict:
    return {
        "id": f"item{number}", "invoice_id": f"invoice{number}", "type": "subscription", "company_id": "c1",
        "product_id": "p1", "subscription_id": "s1", "start_period": start, "end_period": end, "quantity": quantity,
    }  # fmt: skip


@pytest.fixture(scope="module")
def built(warehouse: Warehouse) -> Warehouse:
    warehouse.run(as_of=datetime(2026, 7, 10, 8, tzinfo=UTC), sources={"pax8": "vendor"})
    warehouse.read("pax8", "companies", [{"id": "c1", "name": "Acme"}], at=IN_JUNE)
    warehouse.read("pax8", "products", [{"id": "p1", "name": "Premium"}], at=IN_JUNE)
    warehouse.read("pax8", "subscriptions", [subscription(10)], at=IN_JUNE)
    warehouse.read("pax8", "subscriptions", [subscription(99)], at=LATE)
    june, july = (date(2026, 6, 1), date(2026, 6, 30)), (date(2026, 7, 1), date(2026, 7, 31))
    for at, mode, number, period, quantity in (
        (IN_JUNE, "full", 1, (date(2026, 5, 1), date(2026, 5, 31)), 7),
        (LATE, "incremental", 2, june, 12),
        (LATE.replace(hour=7), "incremental", 3, july, 50),
        (AFTER_AS_OF, "incremental", 4, june, 70),
    ):
        warehouse.read(
            "pax8", "invoices", [{"id": f"invoice{number}", "invoice_date": period[1], "status": "Paid"}],
            at=at, mode=mode,
        )  # fmt: skip
        warehouse.read("pax8", "invoice_items", [item(number, *period, quantity)], at=at, mode=mode)
    warehouse.build("--select", "+vendor_quantities", "+source_status", "--exclude-resource-type", "test", "unit_test")
    return warehouse


def test_a_late_invoice_counts_for_its_charge_period(built: Warehouse) -> None:
    row = built.row("SELECT * FROM canonical.vendor_quantities WHERE side = 'charged' AND is_countable")
    assert (row["source_record_id"], int(row["quantity"])) == ("item2", 12)


def test_invoices_of_other_periods_and_after_the_clock_do_not_count(built: Warehouse) -> None:
    rows = built.rows("SELECT source_record_id FROM canonical.vendor_quantities WHERE side = 'charged' ORDER BY 1")
    assert [row["source_record_id"] for row in rows] == ["item1", "item2", "item3"]


def test_subscriptions_as_they_stood_later_do_not_count(built: Warehouse) -> None:
    row = built.row("SELECT * FROM canonical.vendor_quantities WHERE side = 'owned'")
    assert int(row["quantity"]) == 10


def test_the_source_is_as_fresh_as_its_state_at_the_cut_off(built: Warehouse) -> None:
    row = built.row("SELECT * FROM canonical.source_status WHERE source_system = 'pax8'")
    assert (row["status"], float(row["age_hours"])) == ("healthy", 4.0)
