"""Which class each case comes out as, with which numbers: the comparison from canonical rows to `reconciliation`."""

from decimal import Decimal

import pytest

from tests.dbt_project.compare.desk import Desk

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    ("case", "class_", "billed", "expected", "impact"),
    [
        ("devices", "overbilled", 47, 46, "-8.00"),
        ("device at the limit", "unbilled", 0, 1, "8.00"),
        ("device never seen", "unbilled", 0, 1, "8.00"),
        # Domain guide, example C: included units come off the census, never below zero.
        ("included units, more used", "underbilled", 5, 6, "8.00"),
        ("included units, fewer used", "overbilled", 5, 0, "-40.00"),
        # Domain guide, section 5: "DoNotBill or NoCharge", B = 0 and E stands.
        ("no_charge line", "underbilled", 0, 4, "88.00"),
        ("do_not_bill line", "underbilled", 0, 4, "88.00"),
        # Section 5: "Two lines for one product", summed in one scope; "Future or cancelled line".
        ("two lines", "underbilled", 12, 14, "48.00"),
        ("cancelled line", "unbilled", 0, 6, "132.00"),
        ("owned basis", "underbilled", 46, 50, "32.00"),
        ("used basis", "matched", 46, 46, "0.00"),
        ("charged basis", "underbilled", 10, 12, "16.00"),
        ("fixed basis", "matched", 1, 1, "0.00"),
        # Section 5: "Client buys direct" and "Internal use (the MSP itself)": taken out by rule, never dropped.
        ("excluded part", "excluded", 0, 0, "0.00"),
        ("rest of the excluded part", "matched", 2, 2, "0.00"),
        ("internal use", "excluded", 0, 0, "0.00"),
        ("internal use, unknown product", "excluded", 0, 0, "0.00"),
        # The vendor record is there, only taken out: an overbilled line, not one that nobody ever heard of.
        ("internal use, billed", "overbilled", 1, 0, "-8.00"),
        # Section 5: "Trial, free, viral, self-service": countable again from the day on which the rule ends.
        ("exclusion that ended", "matched", 2, 2, "0.00"),
        ("unbilled without price", "unbilled", 0, 5, None),
        ("line without price", "underbilled", 1, 3, None),
        # Domain guide, section 5: "Zero-price line"; its flag is tested below.
        ("free line", "matched", 3, 3, "0.00"),
        # Section 5: "Rounding", half up at the line.
        ("half a cent", "overbilled", 2, 1, "-0.13"),
        ("unbilled", "unbilled", 0, 3, "66.00"),
        ("orphan", "orphan_billing", 5, 0, "-40.00"),
        ("subscription that was cancelled", "overbilled", 5, 0, "-40.00"),
        # Section 5: "Deleted or retired device": known and not counted, so it is no orphan.
        ("billed for a retired device", "overbilled", 1, 0, "-8.00"),
        ("orphan without stray accounts", "orphan_billing", 1, 0, "-8.00"),
        ("refused tenant, fixed line", "matched", 1, 1, "0.00"),
    ],
)
def test_assessed_lines(
    desk: Desk, named: dict[str, str], case: str, class_: str, billed: int, expected: int, impact: str | None
) -> None:
    row = desk.reconciled(named[case])
    assert (row["class"], row["billed_quantity"], row["expected_quantity"]) == (class_, billed, expected)
    assert row["variance"] == expected - billed
    assert row["revenue_impact"] == (None if impact is None else Decimal(impact))


@pytest.mark.parametrize(
    ("case", "class_", "kind", "billed"),
    [
        # Section 5: "Names differ": a name only suggests; nothing is compared before a person confirms it.
        ("unmapped account", "unmapped_client", "setup", 0),
        ("unmapped account, unmapped product", "unmapped_client", "setup", 0),
        ("billed, an account may be theirs", "unmapped_client", "setup", 12),
        ("unmapped product", "unmapped_product", "setup", 0),
        ("product without rule", "unmapped_product", "setup", 0),
        ("billed product without rule", "unmapped_product", "setup", 5),
        # Section 5: "Source down, partial or empty": never zero.
        ("refused tenant", "not_assessed", "data", 20),
        ("stale source", "not_assessed", "data", 4),
        ("stale source, unmapped account", "not_assessed", "data", 0),
    ],
)
def test_lines_without_a_verdict_conclude_nothing(
    desk: Desk, named: dict[str, str], case: str, class_: str, kind: str, billed: int
) -> None:
    row = desk.reconciled(named[case])
    assert (row["class"], row["kind"], row["billed_quantity"]) == (class_, kind, billed)
    assert {row[c] for c in ("expected_quantity", "variance", "revenue_impact", "cost_impact")} == {None}


def test_every_side_is_kept_apart_and_unknown_is_not_zero(desk: Desk, named: dict[str, str]) -> None:
    def sides(case: str) -> tuple[Decimal | None, ...]:
        row = desk.reconciled(named[case])
        return row["owned_quantity"], row["used_quantity"], row["charged_quantity"]

    assert sides("owned basis") == (50, 46, 50)
    assert sides("used basis") == (0, 46, None), "pax8 is healthy and shows nothing; no source is named for charged"
    assert sides("orphan") == (0, 0, 0)
    assert sides("refused tenant") == (0, None, None), "the tenant that refused is unknown, the distributor is not"
    assert sides("stale source") == (None, None, None)
    assert sides("unmapped account") == (12, None, None)
    assert sides("internal use") == (12, 0, 0), "the tenant's owned seats are the distributor's, seen twice"
    assert sides("excluded part") == (None, 1, None)
    assert sides("billed product without rule") == (None, None, None)


def test_rows_that_are_only_information_make_no_line(desk: Desk, named: dict[str, str]) -> None:
    for case in ("future line", "only undesignated rows", "exclusion that ended, excluded"):
        assert desk.rows("SELECT 1 FROM analytics.reconciliation WHERE line_key = ?", named[case]) == []


def test_two_lines_are_summed_and_priced_as_the_newest(desk: Desk, named: dict[str, str]) -> None:
    row = desk.reconciled(named["two lines"])
    assert (row["billed_quantity"], row["unit_price"], row["agreement_id"]) == (12, 24, None)


def test_a_line_that_nobody_bills_takes_price_and_currency_of_catalogue_and_client(
    desk: Desk, named: dict[str, str]
) -> None:
    row = desk.reconciled(named["unbilled"])
    assert (row["unit_price"], row["unit_cost"], row["currency"]) == (22, Decimal("17.60"), "EUR")
    assert desk.reconciled(named["unbilled without price"])["currency"] == "USD"


def test_flags_change_no_number(desk: Desk, named: dict[str, str]) -> None:
    assert desk.reconciled(named["free line"])["flags"] == ["zero_price"]
    assert desk.reconciled(named["matched by name"])["flags"] == ["weak_match"]
    assert desk.reconciled(named["matched by name"])["class"] == "matched"
    assert desk.reconciled(named["unbilled"])["flags"] == []
