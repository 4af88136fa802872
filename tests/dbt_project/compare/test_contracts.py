"""What contracts change in the comparison: tolerances and terms, with the numbers of the domain guide's examples."""

from decimal import Decimal

import pytest

from tests.dbt_project.compare.desk import Desk

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    ("case", "class_", "kind", "variance"),
    [
        ("within tolerance, more used", "matched_tolerance", "clean", 2),
        ("within tolerance, fewer used", "matched_tolerance", "clean", -2),
        ("beyond tolerance", "underbilled", "billing", 3),
        ("tolerance and equal", "matched", "clean", 0),
        ("the client's own tolerance", "underbilled", "billing", 1),
        ("tolerance that ended", "underbilled", "billing", 4),
    ],
)
def test_a_difference_up_to_the_tolerance_is_no_finding(
    desk: Desk, named: dict[str, str], case: str, class_: str, kind: str, variance: int
) -> None:
    row = desk.reconciled(named[case])
    assert (row["class"], row["kind"], row["variance"]) == (class_, kind, variance)
    found = desk.rows("SELECT 1 FROM analytics.discrepancies WHERE line_key = ?", named[case])
    assert bool(found) == (kind == "billing")


def test_a_tolerated_difference_is_counted_but_adds_no_money(desk: Desk, named: dict[str, str]) -> None:
    client = named["within tolerance, more used"].split("|")[0]
    row = desk.row("SELECT * FROM analytics.client_summary WHERE client_key = ?", client)
    assert (row["matched_tolerance_count"], row["discrepancy_count"]) == (1, 0)
    assert (row["underbilled_amount"], row["overbilled_amount"]) == (0, 0)
    assert desk.reconciled(named["within tolerance, more used"])["revenue_impact"] == Decimal("16.00")


def test_a_tolerated_difference_names_its_rule(desk: Desk, named: dict[str, str]) -> None:
    assert desk.reconciled(named["within tolerance, more used"])["explanation"] == (
        "12 used at ninjaone; 12 - 0 included = 12 expected; 10 billed;"
        " 2 apart, within the tolerance of 2 (tolerances.csv:2)."
    )


@pytest.mark.parametrize(
    ("case", "class_", "basis", "billed", "expected", "impact"),
    [
        # Domain guide, example B: the contract decides between owned and used, not the tool.
        ("commitment, basis owned", "underbilled", "owned", 46, 50, "88.00"),
        ("commitment, basis used", "matched", "used", 46, 46, "0.00"),
        # Example D, and section 5: "Minimum commitment", of one line.
        ("minimum", "matched_minimum", "used", 20, 20, "0.00"),
        ("minimum not billed", "underbilled", "used", 14, 20, "48.00"),
        ("above the minimum", "underbilled", "used", 20, 23, "24.00"),
        ("included units before the minimum", "matched_minimum", "used", 20, 20, "0.00"),
        ("narrowest term", "matched_minimum", "used", 12, 12, "0.00"),
    ],
)
def test_the_contract_decides_basis_and_minimum(
    desk: Desk, named: dict[str, str], case: str, class_: str, basis: str, billed: int, expected: int, impact: str
) -> None:
    row = desk.reconciled(named[case])
    assert (row["class"], row["basis"]) == (class_, basis)
    assert (row["billed_quantity"], row["expected_quantity"]) == (billed, expected)
    assert row["revenue_impact"] == Decimal(impact)


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        (
            "minimum",
            "14 used at ninjaone; 14 - 0 included = 14; raised to the minimum of 20 = 20 expected; 20 billed.",
        ),
        (
            "included units before the minimum",
            "22 used at ninjaone; 22 - 10 included = 12; raised to the minimum of 20 = 20 expected; 20 billed.",
        ),
        (
            "minimum not billed",
            "14 used at ninjaone; 14 - 0 included = 14; raised to the minimum of 20 = 20 expected; 14 billed;"
            " 6 x 8.00 = 48.00 USD a month underbilled.",
        ),
    ],
)
def test_the_sentence_shows_the_minimum(desk: Desk, named: dict[str, str], case: str, sentence: str) -> None:
    assert desk.reconciled(named[case])["explanation"] == sentence
    assert desk.reconciled(named[case])["minimum_quantity"] == 20
