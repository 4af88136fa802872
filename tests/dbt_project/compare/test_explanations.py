"""The sentence of each line: arithmetic that a finance person can check, or what is missing and what to do."""

import pytest

from tests.dbt_project.compare.desk import Desk

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        (
            "devices",
            "50 used at ninjaone - 3 not seen for 30 days - 1 retired = 46; 46 - 0 included = 46 expected; 47 billed;"
            " 1 x 8.00 = 8.00 USD a month overbilled.",
        ),
        (
            "included units, more used",
            "31 used at microsoft_graph; 31 - 25 included = 6 expected; 5 billed;"
            " 1 x 8.00 = 8.00 USD a month underbilled.",
        ),
        (
            "included units, fewer used",
            "22 used at microsoft_graph; 22 - 25 included = 0 expected (never below 0); 5 billed;"
            " 5 x 8.00 = 40.00 USD a month overbilled.",
        ),
        (
            "unbilled",
            "3 owned at pax8; 3 - 0 included = 3 expected; no live billing line;"
            " 3 x 22.00 = 66.00 EUR a month unbilled.",
        ),
        (
            "orphan",
            "0 owned at pax8; 0 - 0 included = 0 expected; 5 billed with no vendor record;"
            " 5 x 8.00 = 40.00 USD a month overbilled.",
        ),
        (
            "line without price",
            "3 owned at pax8; 3 - 0 included = 3 expected; 1 billed; 2 x unknown price = unknown amount underbilled.",
        ),
        (
            "half a cent",
            "1 owned at pax8; 1 - 0 included = 1 expected; 2 billed;"
            " 1 x 0.125 = 0.125, rounded 0.13 EUR a month overbilled.",
        ),
        (
            "no_charge line",
            "4 owned at pax8; 4 - 0 included = 4 expected; 0 billed (4 on a no-charge line);"
            " 4 x 22.00 = 88.00 USD a month underbilled.",
        ),
        (
            "do_not_bill line",
            "4 owned at pax8; 4 - 0 included = 4 expected; 0 billed (4 on a do-not-bill line);"
            " 4 x 22.00 = 88.00 USD a month underbilled.",
        ),
        (
            "billed beside no charge",
            "7 owned at pax8; 7 - 0 included = 7 expected; 5 billed (and 3 on 2 no-charge lines);"
            " 2 x 8.00 = 16.00 USD a month underbilled.",
        ),
        ("fixed basis", "fixed by the agreement as billed: 1 expected; 1 billed."),
        (
            "stale source",
            "Not assessed: veeam - last complete read is 90 hours old, the limit is 26. 4 billed;"
            " nothing is concluded until that source is read again.",
        ),
        (
            "refused tenant",
            "Not assessed: microsoft_graph - subscribed_skus refused: 403. 20 billed;"
            " nothing is concluded until that source is read again.",
        ),
        (
            "unmapped account",
            "Account Account stray (pax8:stray) has no confirmed client: 12 owned compared with nothing."
            " Name its client in rules/client_map.csv.",
        ),
        (
            "billed, an account may be theirs",
            "12 billed, but no account of pax8 is mapped to this client while 1 of its accounts have no client:"
            " one may be theirs. Name its client in rules/client_map.csv.",
        ),
        (
            "unmapped product",
            "Product (pax8:nobody-knows) has no confirmed product: 7 owned compared with nothing."
            " Name its product in rules/product_map.csv.",
        ),
        (
            "product without rule",
            "Product (pax8:no-rule) is mapped to connectwise:6, 5 owned compared with nothing:"
            " a product that has no counting rule. Add one to rules/counting.csv.",
        ),
        (
            "billed product without rule",
            "5 billed of a product (connectwise:6) that has no counting rule. Add one to rules/counting.csv.",
        ),
    ],
)
def test_the_sentence_shows_how_the_number_came_about(
    desk: Desk, named: dict[str, str], case: str, sentence: str
) -> None:
    assert desk.reconciled(named[case])["explanation"] == sentence


def test_an_excluded_part_names_reason_and_rule(desk: Desk, named: dict[str, str]) -> None:
    assert (
        desk.reconciled(named["excluded part"])["explanation"]
        == f"1 used taken out of the comparison: loan device ({named['exclusion rule']})."
    )
