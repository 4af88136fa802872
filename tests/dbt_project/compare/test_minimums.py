"""Minimums of an agreement or a pool: what the lines lack together, and which of them carries it (domain guide, D)."""

from decimal import Decimal

import pytest

from tests.dbt_project.compare.desk import Desk

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    ("line", "class_", "billed", "expected", "impact"),
    [
        # Domain guide, section 5: "Minimum commitment", of an agreement. 10 + 4 used, 20 agreed: 6 more.
        ("agreement, billed as agreed, workstations", "matched_minimum", 16, 16, "0.00"),
        ("agreement, billed as agreed, servers", "matched", 4, 4, "0.00"),
        ("agreement, billed as used, workstations", "underbilled", 10, 16, "48.00"),
        ("agreement, billed as used, servers", "matched", 4, 4, "0.00"),
        ("agreement, both billed above, workstations", "underbilled", 11, 13, "16.00"),
        ("agreement, both billed above, servers", "matched_minimum", 7, 7, "0.00"),
        ("agreement reached, workstations", "matched", 15, 15, "0.00"),
        ("agreement reached, servers", "matched", 5, 5, "0.00"),
        # Domain guide, section 5: "Minimum commitment", of a pool of products.
        ("pool, billed as agreed, workstations", "matched", 10, 10, "0.00"),
        ("pool, billed as agreed, servers", "matched_minimum", 10, 10, "0.00"),
        ("pool, equal lines, workstations", "underbilled", 5, 15, "80.00"),
        ("pool, equal lines, servers", "matched", 5, 5, "0.00"),
        ("agreement beside another, workstations", "matched_minimum", 16, 16, "0.00"),
        ("line of another agreement", "matched", 3, 3, "0.00"),
        # The pool takes 14 to 20, then the agreement around it 20 to 25.
        ("pool within an agreement, workstations", "matched_minimum", 14, 14, "0.00"),
        ("pool within an agreement, servers", "matched_minimum", 11, 11, "0.00"),
    ],
)
def test_what_a_group_lacks_is_carried_by_the_lines_that_bill_it_already(
    desk: Desk, named: dict[str, str], line: str, class_: str, billed: int, expected: int, impact: str
) -> None:
    row = desk.reconciled(named[line])
    assert (row["class"], row["billed_quantity"], row["expected_quantity"]) == (class_, billed, expected)
    assert row["revenue_impact"] == Decimal(impact)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            "agreement, billed as agreed, workstations",
            "10 used at ninjaone; 10 - 0 included = 10; raised by 6 to the minimum of 20 of agreement connectwise:9320"
            " (14 expected on 2 lines) = 16 expected; 16 billed.",
        ),
        (
            "agreement, both billed above, servers",
            "4 used at ninjaone; 4 - 0 included = 4; raised by 3 of 8 to the minimum of 20 of agreement"
            " connectwise:9322 (12 expected on 2 lines) = 7 expected; 7 billed.",
        ),
        (
            "pool, equal lines, workstations",
            "5 used at ninjaone; 5 - 0 included = 5; raised by 10 to the minimum of 20 of pool devices"
            " (10 expected on 2 lines) = 15 expected; 5 billed; 10 x 8.00 = 80.00 USD a month underbilled.",
        ),
    ],
)
def test_the_sentence_shows_what_a_line_carries_of_the_minimum(
    desk: Desk, named: dict[str, str], line: str, sentence: str
) -> None:
    assert desk.reconciled(named[line])["explanation"] == sentence


@pytest.mark.parametrize(
    "line",
    [
        "agreement with a line that is not read, workstations",
        "agreement with a line that is not read, servers",
        "line that is not read",
    ],
)
def test_a_group_with_a_line_that_is_not_read_is_not_assessed(desk: Desk, named: dict[str, str], line: str) -> None:
    row = desk.reconciled(named[line])
    assert (row["class"], row["expected_quantity"]) == ("not_assessed", None)
    assert "last complete read is 90 hours old" in row["explanation"]


def test_a_line_says_which_other_line_its_minimum_waits_for(desk: Desk, named: dict[str, str]) -> None:
    assert desk.reconciled(named["agreement with a line that is not read, servers"])["explanation"] == (
        "Not assessed: veeam - needed for the minimum of agreement connectwise:9326, which counts"
        " connectwise:326|connectwise:7|connectwise:9326 too: last complete read is 90 hours old, the limit is 26."
        " 4 billed; nothing is concluded until that is mended."
    )
