"""Sold bundles: the line of the bundle is compared with its driver, the components are coverage (domain guide, H)."""

from decimal import Decimal
from typing import Any

import pytest

from tests.dbt_project.compare.desk import PSA, Desk

pytestmark = pytest.mark.integration


def evidence(desk: Desk, line_key: str) -> dict[str, tuple[int, Decimal]]:
    """Rows and quantity under a line, by disposition."""
    rows = desk.rows(
        "SELECT disposition, count(*) AS n, sum(quantity) AS quantity FROM analytics.evidence"
        " WHERE line_key = ? AND side != 'billed' GROUP BY disposition",
        line_key,
    )
    return {row["disposition"]: (row["n"], row["quantity"]) for row in rows}


def is_a_line(desk: Desk, line_key: str) -> bool:
    return bool(desk.rows("SELECT 1 FROM analytics.reconciliation WHERE line_key = ?", line_key))


def test_the_bundle_is_compared_with_its_driver(desk: Desk, named: dict[str, str]) -> None:
    """Domain guide, example H: 27 licensed users, 1 service account, B 25 at 135.00."""
    row = desk.reconciled(named["complete care"])
    assert (row["class"], row["basis"], row["basis_source"]) == ("underbilled", "used", "microsoft_graph")
    assert (row["billed_quantity"], row["used_quantity"], row["expected_quantity"]) == (25, 26, 26)
    assert (row["variance"], row["revenue_impact"]) == (1, Decimal("135.00"))
    assert row["explanation"] == (
        "27 used at microsoft_graph - 1 service account = 26; 26 - 0 included = 26 expected; 25 billed;"
        " 1 x 135.00 = 135.00 USD a month underbilled."
    )


@pytest.mark.parametrize(
    ("part", "counted", "flags", "sentence"),
    [
        (
            "seats",
            26,
            [],
            "27 used at microsoft_graph - 1 service account = 26; 26 used of 26 covered by Complete Care.",
        ),
        ("agents", 25, ["coverage_gap"], "25 used, 26 covered by Complete Care, 1 missing."),
        ("backups", 24, ["coverage_gap"], "24 owned, 26 covered by Complete Care, 2 missing."),
    ],
)
def test_the_components_of_a_bundle_are_coverage(
    desk: Desk, named: dict[str, str], part: str, counted: int, flags: list[str], sentence: str
) -> None:
    """Domain guide, example H: M365 26 covered, EDR 25 (gap 1), backup 24 (gap 2)."""
    row = desk.reconciled(named[f"complete care, {part}"])
    assert (row["class"], row["kind"], row["line_part"], row["is_assessed"]) == (
        "covered_by_bundle", "explained", "bundle", True,
    )  # fmt: skip
    assert (row["basis_quantity"], row["flags"]) == (counted, flags)
    assert row["explanation"] == sentence
    assert not is_a_line(desk, named[f"complete care, {part} beyond"])


def test_components_add_nothing_to_the_money(desk: Desk, named: dict[str, str]) -> None:
    """Domain guide, example H: component lines add nothing to the money total."""
    parts = [desk.reconciled(named[f"complete care, {part}"]) for part in ("seats", "agents", "backups")]
    for part in parts:
        assert {part[c] for c in ("billed_quantity", "expected_quantity", "variance")} == {0}
        assert (part["revenue_impact"], part["cost_impact"]) == (0, 0)
    summary = desk.row("SELECT * FROM analytics.client_summary WHERE client_key = ?", f"{PSA}:300")
    assert (summary["underbilled_amount"], summary["overbilled_amount"]) == (Decimal("135.00"), 0)
    assert (summary["line_count"], summary["covered_by_bundle_count"], summary["discrepancy_count"]) == (4, 3, 1)
    assert summary["census_quantity"] == 26 + 25 + 24, "the driver's rows weigh once"


def test_the_drivers_rows_stand_under_the_bundle_too(desk: Desk, named: dict[str, str]) -> None:
    """Domain guide, example H: 26 covered, 1 excluded."""
    expected = {"counted": (1, 26), "excluded": (1, 1)}
    assert evidence(desk, named["complete care"]) == expected
    assert evidence(desk, named["complete care, seats"]) == expected
    row = desk.disposed(named["complete care: service account"])
    assert (row["disposition"], row["reason"]) == ("excluded", "service account")
    assert row["line_key"] == named["complete care, seats"]


def test_what_is_beyond_the_bundle_is_compared_as_usual(desk: Desk, named: dict[str, str]) -> None:
    """Domain guide, section 3: components within the entitlement; if several classes apply, split by quantity."""
    covered, beyond = (desk.reconciled(named[f"more than covered, {part}"]) for part in ("backups", "backups beyond"))
    assert (covered["class"], covered["owned_quantity"], covered["flags"]) == ("covered_by_bundle", 10, [])
    assert (beyond["class"], beyond["owned_quantity"], beyond["expected_quantity"]) == ("unbilled", 4, 4)
    assert beyond["explanation"] == (
        "14 owned at pax8 - 10 covered by Complete Care = 4; 4 - 0 included = 4 expected; no live billing line;"
        " 4 x 4.00 = 16.00 USD a month unbilled."
    )
    assert evidence(desk, covered["line_key"]) == {"counted": (1, 10)}
    assert evidence(desk, beyond["line_key"]) == {"counted": (1, 4)}


def test_a_clients_own_units_go_before_those_for_any_client(desk: Desk, named: dict[str, str]) -> None:
    row = desk.reconciled(named["two backups a user, backups"])
    assert row["flags"] == ["coverage_gap"]
    assert row["explanation"] == "19 owned, 20 covered by Complete Care (10 x 2), 1 missing."


def test_a_component_priced_at_zero_beside_its_bundle_bills_nothing(desk: Desk, named: dict[str, str]) -> None:
    """Domain guide, section 5: "Zero-price line", acceptable with a reason (bundle child)."""
    row = desk.disposed(named["child at zero"])
    assert (row["disposition"], row["reason"]) == ("information_only", "component of Complete Care, priced at 0")
    assert row["line_key"] == named["spelt out at zero, agents"]
    part = desk.reconciled(named["spelt out at zero, agents"])
    assert (part["class"], part["billed_quantity"], part["flags"]) == ("covered_by_bundle", 0, [])
    assert not is_a_line(desk, named["spelt out at zero, agents beyond"])
    assert desk.reconciled(named["spelt out at zero"])["class"] == "matched"


def test_a_component_billed_beside_its_bundle_is_billed_twice(desk: Desk, named: dict[str, str]) -> None:
    row = desk.reconciled(named["billed beside, agents beyond"])
    assert (row["class"], row["billed_quantity"], row["expected_quantity"]) == ("overbilled", 4, 0)
    assert row["explanation"] == (
        "10 used at ninjaone - 10 covered by Complete Care = 0; 0 - 0 included = 0 expected; 4 billed;"
        " 4 x 5.00 = 20.00 USD a month overbilled."
    )
    assert desk.reconciled(named["billed beside, agents"])["basis_quantity"] == 10


def test_a_device_missing_in_one_tool_is_a_coverage_gap_and_no_billing_error(desk: Desk, named: dict[str, str]) -> None:
    """Domain guide, section 5: "Device in two tools"."""
    for part, unit in (("agents", "used"), ("backups", "owned")):
        row = desk.reconciled(named[f"nothing installed, {part}"])
        assert (row["class"], row["flags"]) == ("covered_by_bundle", ["coverage_gap"])
        assert row["explanation"] == f"0 {unit}, 10 covered by Complete Care, 10 missing."
    findings = desk.rows("SELECT line_key FROM analytics.discrepancies WHERE client_id = ?", f"{PSA}:305")
    assert findings == []


def test_a_component_that_is_not_read_is_not_assessed_and_no_gap(desk: Desk, named: dict[str, str]) -> None:
    row = desk.reconciled(named["component that is not read, servers"])
    assert (row["class"], row["expected_quantity"], row["flags"]) == ("not_assessed", None, [])
    assert desk.reconciled(named["component that is not read"])["class"] == "matched"
    assert desk.reconciled(named["component that is not read, agents"])["class"] == "covered_by_bundle"


def test_a_component_whose_account_may_be_unmapped_is_no_gap(desk: Desk, named: dict[str, str]) -> None:
    row = desk.reconciled(named["agents elsewhere, agents"])
    assert (row["class"], row["kind"], row["expected_quantity"], row["flags"]) == ("unmapped_client", "setup", None, [])
    assert desk.reconciled(named["agents elsewhere"])["class"] == "matched"


def test_a_vendors_row_of_the_bundle_itself_is_not_counted_beside_its_driver(desk: Desk, named: dict[str, str]) -> None:
    row = desk.disposed(named["the bundle's own row"])
    assert (row["disposition"], row["reason"]) == ("information_only", "the bundle is counted by its driver M365 seat")
    assert desk.disposed(named["the bundle's own row, excluded"])["disposition"] == "excluded"
    assert desk.reconciled(named["agents elsewhere"])["expected_quantity"] == 10


@pytest.mark.parametrize(
    "line",
    ["driver that is not read", *(f"driver that is not read, {part}" for part in ("seats", "agents", "backups"))],
)
def test_without_its_driver_nothing_of_a_bundle_is_concluded(desk: Desk, named: dict[str, str], line: str) -> None:
    row = desk.reconciled(named[line])
    assert (row["class"], row["expected_quantity"], row["flags"]) == ("not_assessed", None, [])
    assert "license_assignments refused: 403" in row["explanation"]


def test_a_component_billed_beside_an_unknown_bundle_is_not_assessed(desk: Desk, named: dict[str, str]) -> None:
    row = desk.reconciled(named["driver that is not read, agents beyond"])
    assert (row["class"], row["billed_quantity"], row["variance"]) == ("not_assessed", 4, None)
    assert row["explanation"] == (
        "Not assessed: microsoft_graph - needed for Complete Care: license_assignments refused: 403. 4 billed;"
        " nothing is concluded until that is mended."
    )


def test_a_driver_row_that_cannot_be_right_makes_no_number(desk: Desk, named: dict[str, str]) -> None:
    for line in ("wrong driver row", "wrong driver row, seats", "wrong driver row, agents"):
        row = desk.reconciled(named[line])
        assert (row["class"], row["expected_quantity"]) == ("not_assessed", None), line
        assert f"{named['wrong driver row: a user']} states -1 used" in row["explanation"], line


def test_components_of_a_bundle_that_is_not_sold_are_lines_of_their_own(desk: Desk, named: dict[str, str]) -> None:
    row: dict[str, Any] = desk.reconciled(named["bundle not sold, seats beyond"])
    assert (row["class"], row["line_part"], row["expected_quantity"]) == ("unbilled", "main", 3)
    assert not is_a_line(desk, named["bundle not sold, seats"])


def test_every_control_holds_with_bundles_sold(desk: Desk) -> None:
    for rule in ("variance_bridge", "cross_footing", "exactly_once"):
        assert desk.rows("SELECT * FROM analytics.tie_out WHERE rule = ? AND NOT passed", rule) == []
