"""Wrong input makes a line not assessed and says which record is wrong: never a silent number."""

import pytest

from tests.dbt_project.compare.desk import Desk

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    ("case", "billed", "sentence"),
    [
        (
            "unknown bill mode",
            5,
            "Not assessed: connectwise - line {unknown bill mode record}: bill mode Sometimes is not known. 5 billed;"
            " nothing is concluded until that is mended.",
        ),
        (
            "no quantity",
            5,
            "Not assessed: connectwise - line {no quantity record}: it carries no quantity. 5 billed;"
            " nothing is concluded until that is mended.",
        ),
        (
            "negative census",
            5,
            "Not assessed: pax8 - {census of -1} states -1 owned, {census of -2} states -2 owned,"
            " {census of -3} states -3 owned and 1 more. 5 billed; nothing is concluded until that is mended.",
        ),
        (
            "census without quantity",
            5,
            "Not assessed: pax8 - {missing record} carries no quantity. 5 billed;"
            " nothing is concluded until that is mended.",
        ),
    ],
)
def test_a_line_with_a_wrong_record_is_not_assessed_and_names_it(
    desk: Desk, named: dict[str, str], case: str, billed: int, sentence: str
) -> None:
    row = desk.reconciled(named[case])
    assert (row["class"], row["billed_quantity"]) == ("not_assessed", billed)
    assert {row[c] for c in ("expected_quantity", "variance", "revenue_impact", "cost_impact")} == {None}
    assert row["explanation"] == sentence.format(**named)


def test_a_negative_billing_line_is_not_assessed(desk: Desk, named: dict[str, str]) -> None:
    row = desk.reconciled(named["negative line"])
    assert (row["class"], row["billed_quantity"], row["variance"]) == ("not_assessed", -4, None)
    assert "it bills -4" in row["explanation"]


def test_a_row_that_no_number_rests_on_leaves_its_line_assessed(desk: Desk, named: dict[str, str]) -> None:
    assert desk.reconciled(named["no quantity beside the basis"])["class"] == "matched"


def test_an_orphan_says_that_an_unmapped_product_may_be_it(desk: Desk, named: dict[str, str]) -> None:
    row = desk.reconciled(named["orphan beside unmapped products"])
    assert row["class"] == "orphan_billing"
    assert row["explanation"] == (
        "0 owned at pax8; 0 - 0 included = 0 expected; 5 billed with no vendor record;"
        " 5 x 8.00 = 40.00 USD a month overbilled."
        " pax8 has 7 of 2 products that are not mapped at this client: one of them may be this product."
    )
