"""The tie-out: each rule holding and not holding, a failed source that holds nobody back, what stops publication."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.dbt_project.compare.desk import PSA, Desk

pytestmark = pytest.mark.integration

BEFORE = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def desk(new_desk: Callable[..., Desk]) -> Desk:
    desk = new_desk({"ninjaone": "failed"})
    _invoices(desk)
    _psa_invoices(desk)
    _reads(desk)
    desk.compare()
    return desk


def _invoices(desk: Desk) -> None:
    for invoice, day, total in (("whole", 3, "105.50"), ("short", 4, "100.00")):
        desk.insert(
            "canonical.vendor_invoices",
            [{"source_system": "pax8", "invoice_id": invoice, "invoice_date": date(2026, 6, day), "currency": "USD",
              "payable_total": total}],
        )  # fmt: skip
        charges = (("110.00", "0.50", True), ("-5.00", "0", True), ("40.00", "0", False))
        for number, (cost, tax, is_payable) in enumerate(charges):
            desk.insert(
                "canonical.vendor_invoice_lines",
                [{"source_system": "pax8", "invoice_id": invoice, "source_record_id": f"{invoice} {number}",
                  "line_type": "subscription", "currency": "USD", "charge_period_start": date(2026, 6, 1),
                  "charge_period_end": date(2026, 7, 1), "billed_cost": cost, "tax": tax, "is_payable": is_payable}],
            )  # fmt: skip
    desk.insert(
        "canonical.vendor_invoices",
        [{"source_system": "pax8", "invoice_id": "long ago", "invoice_date": date(2025, 6, 1), "currency": "USD",
          "payable_total": 1}],
    )  # fmt: skip


def _psa_invoices(desk: Desk) -> None:
    cases: dict[str, dict[str, Any]] = {
        "as priced": {"subtotal": 40},
        "other money": {"subtotal": 41},
        "time on it": {"subtotal": 90, "other_totals": 50},
        "touched since": {"subtotal": 90, "line": {"last_updated_at": datetime(2026, 6, 2, tzinfo=UTC)}},
        "began after": {"subtotal": 0, "line": {"valid_from": date(2026, 6, 5)}},
    }
    for number, (name, case) in enumerate(cases.items(), start=200):
        client = desk.client(number, accounts=[("pax8", f"c{number}")])
        desk.vendor("pax8", "owned", f"c{number}", "premium", 5)
        desk.line(
            client, f"{PSA}:2", 5, agreement_id=name, **{"last_updated_at": BEFORE, **case.get("line", {})}
        )  # fmt: skip
        desk.insert("canonical.agreements", [{"agreement_id": name, "client_id": client, "prorates": False}])
        desk.insert(
            "canonical.psa_invoices",
            [{"source_system": PSA, "invoice_id": name, "agreement_id": name, "invoice_date": date(2026, 6, 1),
              "subtotal": case["subtotal"], "currency": "USD", "invoice_type": "Agreement", "agreement_amount": 0,
              "other_totals": case.get("other_totals", 0)}],
        )  # fmt: skip


def _reads(desk: Desk) -> None:
    for system, table, declared, read, received in (
        ("pax8", "products", 10, 10, 10),
        ("pax8", "companies", 11, 10, 10),
        ("ninjaone", "organizations", 9, 8, 7),
    ):
        desk.insert(
            "canonical.current_reads",
            [{"source_system": system, "table_name": table, "is_newest": True, "row_count": read,
              "declared_total": declared}],
        )  # fmt: skip
        desk.insert(
            "canonical.received_rows",
            [{"source_system": system, "table_name": table, "read_rows": read, "received_rows": received,
              "accepted_rows": received, "superseded_rows": 0, "current_rows": received, "quantity_total": 0,
              "record_total": 7, "captured_at": BEFORE}],
        )  # fmt: skip
        # Nothing of what was received stands where it should be listed.
        desk.insert(
            "canonical.listed_rows",
            [{"source_system": system, "table_name": table, "end_table": "vendor lists", "states_quantity": False,
              "is_counted_only": False, "end_rows": 0, "end_quantity": 0, "end_records": 0}],
        )  # fmt: skip


def _controls(desk: Desk, rule: str) -> dict[str, tuple[Decimal, Decimal, bool]]:
    rows = desk.rows("SELECT * FROM analytics.tie_out WHERE rule = ?", rule)
    return {row["subject"]: (row["left_total"], row["right_total"], row["passed"]) for row in rows}


def test_vendor_invoices_of_the_period_add_up_with_tax_and_credits(desk: Desk) -> None:
    """Domain guide, section 5, "Credits, tax, freight": in the invoice's total, in no quantity."""
    assert _controls(desk, "invoice") == {
        "whole": (Decimal("105.50"), Decimal("105.50"), True),
        "short": (Decimal("105.50"), Decimal("100.00"), False),
    }


def test_only_comparable_psa_invoices_are_compared(desk: Desk) -> None:
    assert _controls(desk, "psa") == {
        "as priced": (40, 40, True),
        "other money": (40, 41, False),
        "began after": (0, 0, True),
    }


def test_a_gap_fails_unless_its_source_is_not_assessed_anyway(desk: Desk) -> None:
    assert {
        subject: totals for subject, totals in _controls(desk, "completeness").items() if " to " not in subject
    } == {
        "products declared": (10, 10, True),
        "products received": (10, 10, True),
        "companies declared": (11, 10, False),
        "companies received": (10, 10, True),
        "organizations declared": (9, 8, True),
        "organizations received": (8, 7, True),
    }
    # Nothing of what was received stands at the end of these chains.
    assert {
        subject: passed for subject, (*_, passed) in _controls(desk, "completeness").items() if " to " in subject
    } == {
        "products to vendor lists, rows": False,
        "products to vendor lists, hash total": False,
        "companies to vendor lists, rows": False,
        "companies to vendor lists, hash total": False,
        "organizations to vendor lists, rows": True,
        "organizations to vendor lists, hash total": True,
    }
    gap = desk.row("SELECT * FROM analytics.tie_out WHERE subject = 'organizations received'")
    assert gap["difference"] == 1
    assert gap["note"] == "not assessed, so its lines count nowhere: ninjaone is failed"


@pytest.mark.parametrize("rule", ["exactly_once", "variance_bridge", "cross_footing", "roll_forward", "freshness"])
def test_the_inner_controls_hold(desk: Desk, rule: str) -> None:
    controls = _controls(desk, rule)
    assert controls
    assert all(passed for *_, passed in controls.values())


def test_a_control_that_does_not_hold_fails_the_build_and_names_its_rows(desk: Desk) -> None:
    with pytest.raises(AssertionError, match="assert_every_tie_out_rule_holds: Got 7 results"):
        desk.build("--select", "assert_every_tie_out_rule_holds", command="test")


def test_every_other_statement_about_the_result_holds(desk: Desk) -> None:
    desk.build("--select", "marts", "--exclude", "assert_every_tie_out_rule_holds", command="test")


def test_summaries_keep_underbilled_and_overbilled_apart(desk: Desk) -> None:
    row = desk.row("SELECT * FROM analytics.period_summary")
    assert (row["line_count"], row["matched_count"], row["currency"]) == (5, 5, "USD")
    assert (row["underbilled_amount"], row["overbilled_amount"], row["billed_coverage"]) == (0, 0, 1)


def test_a_psa_that_failed_leaves_nothing_assessed(new_desk: Callable[..., Desk]) -> None:
    desk = new_desk({PSA: "failed"})
    client = desk.client(1, accounts=[("pax8", "c1")])
    desk.vendor("pax8", "owned", "c1", "premium", 3)
    desk.line(client, f"{PSA}:2", 5)
    desk.account("pax8", "stray")
    desk.vendor("pax8", "owned", "stray", "premium", 3)
    desk.compare()
    rows = desk.rows("SELECT class, revenue_impact, explanation FROM analytics.reconciliation ORDER BY line_key")
    assert [(row["class"], row["revenue_impact"]) for row in rows] == [("not_assessed", None)] * 2
    assert all(row["explanation"].startswith("Not assessed: connectwise - connectwise is failed.") for row in rows)
    summary = desk.row("SELECT * FROM analytics.period_summary")
    assert (summary["billed_quantity"], summary["billed_coverage"], summary["unit_coverage"]) == (5, 0, 0)
    # No count of the vendors' is countable here, and the share of nothing is unknown.
    assert (summary["census_coverage"], summary["assessed_census_quantity"]) == (None, 0)


def test_a_period_without_lines_still_has_its_row(new_desk: Callable[..., Desk]) -> None:
    desk = new_desk()
    desk.compare()
    row = desk.row("SELECT line_count, billed_quantity, billed_coverage, currency FROM analytics.period_summary")
    assert row == {"line_count": 0, "billed_quantity": 0, "billed_coverage": None, "currency": "USD"}
    assert desk.rows("SELECT 1 FROM analytics.tie_out WHERE NOT passed") == []
