"""What is observed beside the verdict, with the numbers of the domain guide's examples; no flag changes a total."""

import re
from decimal import Decimal

import pytest

from tests.dbt_project.compare.desk import Desk

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    ("case", "class_", "flags"),
    [
        ("underbilled by six", "underbilled", []),
        ("commitment unused", "matched", ["committed_unused"]),
        ("unused without commitment", "matched", []),
        ("commitment over", "matched", []),
        ("cost rose", "matched", ["cost_drift", "margin_below_floor"]),
        ("margin at the floor", "matched", ["cost_drift"]),
        ("cost in another currency", "matched", []),
        ("cost at a stored rate", "matched", []),
        ("margin below the floor by the rate", "matched", ["cost_drift", "margin_below_floor"]),
        ("margin at the floor by the rate", "matched", []),
        ("commitment unused at a stored rate", "matched", ["committed_unused"]),
        ("price drift", "matched", ["price_drift"]),
        ("price as agreed", "matched", []),
        ("charged beyond owned", "matched", ["vendor_overcharge"]),
        ("used beyond owned", "matched", ["over_assigned"]),
        ("renewal in 30 days", "matched", ["committed_unused", "renewal_due"]),
        ("renewal in 31 days", "matched", []),
        ("invoice before subscription", "matched", ["cost_drift"]),
        # Nobody said that the distributor sells to this client: no statement about what it owns there.
        ("owned elsewhere", "matched", []),
    ],
)
def test_a_flag_stands_beside_the_class(
    desk: Desk, named: dict[str, str], case: str, class_: str, flags: list[str]
) -> None:
    row = desk.reconciled(named[case])
    assert (row["class"], row["flags"]) == (class_, flags)


def test_six_seats_underbilled_are_worth_their_price_and_cost(desk: Desk, named: dict[str, str]) -> None:
    """Domain guide, example A: B 36, O = U = C = 42."""
    row = desk.reconciled(named["underbilled by six"])
    assert (row["variance"], row["revenue_impact"]) == (6, Decimal("132.00"))
    margin = row["billed_quantity"] * row["unit_price"] - row["owned_quantity"] * row["vendor_unit_cost"]
    assert (margin, margin + row["revenue_impact"]) == (Decimal("52.80"), Decimal("184.80"))


def test_an_unused_commitment_says_what_it_costs_and_until_when(desk: Desk, named: dict[str, str]) -> None:
    """Domain guide, example B by the basis used; section 5, "Annual or three-year commitment"."""
    assert desk.reconciled(named["commitment unused"])["explanation"] == (
        "46 used at microsoft_graph; 46 - 0 included = 46 expected; 46 billed."
        " 4 of 50 owned are unused and committed until 2027-01-31 and can fall only at the"
        " renewal then: 4 x 17.60 = 70.40 USD a month of our cost."
    )


def test_the_true_margin_stands_beside_the_recorded_one(desk: Desk, named: dict[str, str]) -> None:
    """Domain guide, example J: cost rose from 17.60 to 19.80, the PSA was not told."""
    row = desk.reconciled(named["cost rose"])
    assert (row["unit_cost"], row["vendor_unit_cost"]) == (Decimal("17.60"), Decimal("19.80"))
    assert (row["margin"], row["recorded_margin"]) == (Decimal("0.1"), Decimal("0.2"))
    assert row["explanation"].endswith(
        "20 billed. The vendor asks 19.80 USD a unit, the PSA records 17.60."
        " Margin 10 percent, below the floor of 15 percent (20 as the PSA records it)."
    )


def test_a_cost_in_another_currency_makes_no_margin(desk: Desk, named: dict[str, str]) -> None:
    """Domain guide, section 5, "Currency": money only in one."""
    row = desk.reconciled(named["cost in another currency"])
    assert (row["vendor_unit_cost"], row["margin"], row["recorded_margin"]) == (None, None, Decimal("0.2"))


def test_a_stored_rate_brings_cost_and_price_together_and_says_how(desk: Desk, named: dict[str, str]) -> None:
    """Domain guide, section 5, "Currency": or with a stored rate, date and source."""
    row = desk.reconciled(named["cost at a stored rate"])
    assert (row["currency"], row["vendor_unit_cost"], row["rate_rule_id"]) == (
        "GBP", Decimal("12.64"), "exchange_rates.csv:2",
    )  # fmt: skip
    assert row["explanation"].endswith(
        "20 billed. Cost 16.00 USD x 0.79 (ECB reference rate, valid from 2026-06-01, exchange_rates.csv:2)"
        " = 12.64 GBP a unit."
    )


def test_what_rests_on_a_converted_cost_can_be_checked_by_hand(desk: Desk, named: dict[str, str]) -> None:
    """The conversion stands once, before what follows from it; the amount is rounded only at the line."""
    # As a number alone, 16.00 would leave 27 percent of 22.00.
    assert desk.reconciled(named["margin below the floor by the rate"])["explanation"].endswith(
        "20 billed. Cost 16.00 USD x 1.36 (Bank of Canada, valid from 2026-06-20, exchange_rates.csv:4)"
        " = 21.76 CAD a unit. The vendor asks 21.76 CAD a unit, the PSA records 17.60."
        " Margin 1.1 percent, below the floor of 15 percent (20 as the PSA records it)."
    )
    # 4 x 12.70 would be 50.80.
    assert desk.reconciled(named["commitment unused at a stored rate"])["explanation"].endswith(
        "46 billed. Cost 16.07 USD x 0.79 (ECB reference rate, valid from 2026-06-01, exchange_rates.csv:2)"
        " = 12.6953 GBP a unit."
        " 4 of 50 owned are unused and committed until 2027-01-31 and can fall only at the renewal then:"
        " 4 x 12.6953 = 50.78 GBP a month of our cost."
    )


@pytest.mark.parametrize(
    ("case", "note"),
    [
        ("charged beyond owned", "The vendor charges 22, 2 more than are owned."),
        ("used beyond owned", "23 are used, 3 more than are owned."),
        # Domain guide, section 5, "Renewal": warned of ahead, with U beside O.
        ("renewal in 30 days", "50 of 50 owned are up for renewal after 2026-07-20; 46 are used."),
    ],
)
def test_a_flag_says_its_numbers(desk: Desk, named: dict[str, str], case: str, note: str) -> None:
    assert desk.reconciled(named[case])["explanation"].endswith(" " + note)


def test_a_drifted_price_names_the_line_and_what_it_comes_to(desk: Desk, named: dict[str, str]) -> None:
    assert re.search(
        r" The PSA prices 22\.00 USD, the contract 23\.50 USD:"
        r" 20 x 1\.50 \(line \d+ of agreement \S+\) = 30\.00 USD a month\.$",
        desk.reconciled(named["price drift"])["explanation"],
    )


def test_every_agent_row_of_a_census_keeps_its_place(desk: Desk, named: dict[str, str]) -> None:
    """Domain guide, example G: 50 = 44 + 2 + 3 + 1."""
    row = desk.reconciled(named["device census"])
    assert (row["class"], row["billed_quantity"], row["expected_quantity"]) == ("overbilled", 47, 44)
    assert (row["variance"], row["flags"]) == (-3, ["duplicate_device"])
    assert row["explanation"] == (
        "50 used at ninjaone - 3 not seen for 30 days - 2 duplicate - 1 retired = 44; 44 - 0 included = 44 expected;"
        " 47 billed; 3 x 8.00 = 24.00 USD a month overbilled."
    )
    disposed = desk.rows(
        "SELECT disposition, count(*) AS n FROM analytics.row_dispositions WHERE line_key = ? AND side = 'used'"
        " GROUP BY disposition ORDER BY disposition",
        named["device census"],
    )
    assert {row["disposition"]: row["n"] for row in disposed} == {"counted": 44, "duplicate": 2, "excluded": 4}


def test_a_duplicate_names_the_record_that_is_kept(desk: Desk, named: dict[str, str]) -> None:
    """Domain guide, section 5, "Duplicate agents"; by serial, never by hostname: see the unit test of duplicates."""
    row = desk.disposed(named["duplicate device"])
    assert (row["disposition"], row["reason"]) == ("duplicate", "same serial number as device 7, which reported later")
    assert row["line_key"] == named["device census"]
