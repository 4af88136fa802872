"""Terms hold per agreement: a client's product has one line for each agreement that the rules name, one for the rest.

Belongs here: contract cases 1 to 3, whose units are whose, and keys that stay. Does not belong here: what a term means
on one line (`test_awkward_contracts`).
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.engine.example_desk import AGREEMENT, CLIENT, CUTOFF, KEY, SEAT, Desk
from tests.engine.project import Engine, at_midnight

SECOND = 42
OWN = f"connectwise:{CLIENT}|connectwise:{SEAT}|connectwise:{AGREEMENT}"
OTHER = f"connectwise:{CLIENT}|connectwise:{SEAT}|connectwise:{SECOND}"


@pytest.fixture
def desk(engine: Engine) -> Desk:
    """Two agreements of one client, the second a year younger."""
    found = Desk(engine)
    found.agreements[0]["start_date"] = at_midnight(2025, 1, 1)
    found.agreement(SECOND)
    return found


def term(desk: Desk, agreement: int | None = AGREEMENT, product: int | None = SEAT, **columns: Any) -> None:
    desk.rule(
        "terms",
        client_id=f"connectwise:{CLIENT}",
        agreement_id=f"connectwise:{agreement}" if agreement else "*",
        product_id=f"connectwise:{product}" if product else "*",
        rule_id=f"terms.csv:{len(desk.rules.get('terms', [])) + 2}",
        **columns,
    )


def judged(desk: Desk) -> dict[str, dict[str, Any]]:
    """Run all models; gives the seat's lines by key, after the run's own controls have held."""
    desk.lay_out()
    assert desk.engine.rows("SELECT * FROM analytics.tie_out WHERE NOT passed") == []
    assert desk.engine.broken_tests() == {}
    rows = desk.engine.rows("SELECT * FROM analytics.reconciliation WHERE product_id = ?", f"connectwise:{SEAT}")
    return {row["line_key"]: row for row in rows}


def figures(row: dict[str, Any]) -> tuple[Any, ...]:
    return (row["billed_quantity"], row["basis_quantity"], row["expected_quantity"], row["class"])


def test_case_1_the_minimum_of_one_agreement_stands_beside_another_agreement(desk: Desk) -> None:
    """Contract case 1: minimum 20 in the first; B 20 + 2, O 16: E 20 + 0, overbilled 2 = -44.00."""
    desk.counting("owned", owned_source="pax8")
    desk.line(20, "22.00")
    desk.line(2, "22.00", agreement_id=SECOND)
    desk.subscription(16)
    term(desk, minimum_quantity=Decimal(20), minimum_scope="line")
    lines = judged(desk)
    assert figures(lines[OWN]) == (20, 16, 20, "matched_minimum")
    assert figures(lines[KEY]) == (2, 0, 0, "overbilled")
    assert sum(row["variance"] for row in lines.values()) == -2
    assert sum(row["revenue_impact"] for row in lines.values()) == Decimal("-44.00")


def test_units_of_one_subscription_are_shared_and_every_share_is_evidence(desk: Desk) -> None:
    """18 of one row: 15 to the older agreement, which bills 15, the other 3 to the younger one."""
    desk.counting("owned", owned_source="pax8", charged_source="pax8")
    desk.line(15, "22.00")
    desk.line(5, "22.00", agreement_id=SECOND)
    desk.subscription(18)
    term(desk, contract_price=Decimal("22.00"), currency="USD")
    lines = judged(desk)
    assert figures(lines[OWN]) == (15, 15, 15, "matched")
    assert figures(lines[KEY]) == (5, 3, 3, "overbilled")
    shares = desk.engine.rows("SELECT line_key, quantity FROM analytics.evidence WHERE source_record_id = 's1'")
    assert {(row["line_key"], row["quantity"]) for row in shares} == {(OWN, 15), (KEY, 3)}
    (row,) = desk.engine.rows("SELECT * FROM analytics.row_dispositions WHERE source_record_id = 's1'")
    assert (row["quantity"], row["line_key"]) == (18, OWN)


def test_what_nobody_bills_goes_to_the_oldest_agreement(desk: Desk) -> None:
    desk.counting("owned", owned_source="pax8")
    desk.line(15, "22.00")
    desk.line(5, "22.00", agreement_id=SECOND)
    desk.subscription(26)
    term(desk, agreement=SECOND, margin_floor_percent=Decimal(15))
    lines = judged(desk)
    assert figures(lines[KEY]) == (15, 21, 21, "underbilled")
    assert figures(lines[OTHER]) == (5, 5, 5, "matched")


def test_case_2_bases_that_differ_need_a_rule(desk: Desk) -> None:
    """Contract case 2: the first counts `used`, the second `owned`; O 50, U 46, B 45 + 1."""
    desk.counting("owned", owned_source="pax8", used_source="microsoft_graph")
    desk.line(45, "22.00")
    desk.line(1, "22.00", agreement_id=SECOND)
    desk.subscription(50)
    desk.assignments(46)
    term(desk, basis="used")
    lines = judged(desk)
    assert {row["class"] for row in lines.values()} == {"not_assessed"}
    for row in lines.values():
        assert "terms.csv:2" in row["explanation"], row["explanation"]
        assert "agreement Managed (connectwise:41) counts used (terms.csv:2)" in row["explanation"]
        assert "what its other agreements bill counts owned" in row["explanation"]


def units(desk: Desk, attribute: str, value: str, agreement: int, system: str = "pax8") -> None:
    desk.rule(
        "agreement_units",
        client_id=f"connectwise:{CLIENT}",
        product_id="*",
        source_system=system,
        attribute=attribute,
        value=value,
        agreement_id=f"connectwise:{agreement}",
        rule_id="agreement_units.csv:2",
    )


def test_case_2_with_a_rule_each_agreement_counts_its_own_units_its_own_way(desk: Desk) -> None:
    """48 seats are the first agreement's, which counts the 46 in use; 2 are the second one's, which counts seats."""
    desk.counting("owned", owned_source="pax8", used_source="microsoft_graph")
    desk.line(45, "22.00")
    desk.line(1, "22.00", agreement_id=SECOND)
    desk.subscription(48)
    desk.subscription(2)
    desk.assignments(46)
    term(desk, basis="used")
    units(desk, "record", "s1", AGREEMENT)
    units(desk, "record", "s2", SECOND)
    units(desk, "account", "11111111-0000-4000-8000-000000000000", AGREEMENT, "microsoft_graph")
    lines = judged(desk)
    assert figures(lines[OWN]) == (45, 46, 46, "underbilled")
    assert figures(lines[OTHER]) == (1, 2, 2, "underbilled")


def test_units_that_a_rule_gives_to_an_agreement_are_its_own_before_any_others(desk: Desk) -> None:
    """Of 12 seats a rule gives 4 to the second agreement, which bills 2; without it they would be the first one's."""
    desk.counting("owned", owned_source="pax8")
    desk.line(10, "22.00")
    desk.line(2, "22.00", agreement_id=SECOND)
    desk.subscription(8)
    desk.subscription(4, company_id="c2")
    desk.account("c2")
    units(desk, "account", "C2", SECOND)
    lines = judged(desk)
    assert figures(lines[KEY]) == (10, 8, 8, "overbilled")
    assert figures(lines[OTHER]) == (2, 4, 4, "underbilled")


def test_case_3_the_contract_price_of_one_agreement_is_compared_on_its_part(desk: Desk) -> None:
    """Contract case 3: contract price 30 in the first of two agreements, PSA 22."""
    desk.counting("owned", owned_source="pax8")
    desk.line(10, "22.00")
    desk.line(5, "22.00", agreement_id=SECOND)
    desk.subscription(15)
    term(desk, contract_price=Decimal("30.00"), currency="USD")
    lines = judged(desk)
    assert "price_drift" in lines[OWN]["flags"]
    assert "price_drift" not in lines[KEY]["flags"]
    assert "30.00" in lines[OWN]["explanation"]


def test_keys_stay_when_an_agreement_without_terms_of_its_own_comes_and_goes(desk: Desk) -> None:
    desk.counting("owned", owned_source="pax8")
    desk.line(10, "22.00")
    desk.subscription(10)
    term(desk, minimum_quantity=Decimal(5), minimum_scope="line")
    alone = judged(desk)
    desk.read_at += timedelta(minutes=1)
    desk.line(5, "22.00", agreement_id=SECOND)
    beside = judged(desk)
    assert set(alone) == {OWN}
    assert set(beside) == {OWN, KEY}
    assert alone[OWN]["revenue_impact"] == beside[OWN]["revenue_impact"] == 0


def test_a_minimum_of_any_agreement_is_one_minimum_whatever_else_an_agreement_says(desk: Desk) -> None:
    """The client's least of 20 does not become 40 because one agreement has a price of its own."""
    desk.counting("owned", owned_source="pax8")
    desk.line(12, "22.00")
    desk.line(8, "22.00", agreement_id=SECOND)
    desk.subscription(15)
    term(desk, agreement=None, minimum_quantity=Decimal(20), minimum_scope="line")
    term(desk, contract_price=Decimal("22.00"), currency="USD")
    lines = judged(desk)
    assert figures(lines[OWN]) == (12, 12, 12, "matched")
    assert figures(lines[KEY]) == (8, 3, 8, "matched_minimum")
    assert "minimum of 20" in lines[KEY]["explanation"]


def test_included_units_of_two_agreements_take_off_what_they_would_together(desk: Desk) -> None:
    """30 with 25 included and 7 with 5 included: of 32 there are 2 too many, of 28 none is due."""
    desk.counting("owned", owned_source="pax8")
    desk.line(30, "22.00", less_included=Decimal(25))
    desk.line(7, "22.00", agreement_id=SECOND, less_included=Decimal(5))
    term(desk, margin_floor_percent=Decimal(15))
    for there, expected in ((32, 2), (28, 0), (40, 10)):
        desk.read_at += timedelta(minutes=1)
        desk.vendor["subscriptions"] = []
        desk.subscription(there)
        assert sum(row["expected_quantity"] for row in judged(desk).values()) == expected


def test_case_30_lines_of_two_currencies_are_two_lines(desk: Desk) -> None:
    """Contract case 30: USD and EUR lines of one product, 3 more than billed: each is valued in its own currency."""
    desk.agreements[1]["currency__currency_code"] = "EUR"
    desk.counting("owned", owned_source="pax8")
    desk.line(10, "22.00")
    desk.line(5, "20.00", agreement_id=SECOND)
    desk.subscription(18)
    lines = judged(desk)
    assert set(lines) == {KEY, f"{KEY}|EUR"}
    assert figures(lines[KEY]) == (10, 13, 13, "underbilled")
    assert (lines[KEY]["revenue_impact"], lines[KEY]["currency"]) == (Decimal("66.00"), "USD")
    assert figures(lines[f"{KEY}|EUR"]) == (5, 5, 5, "matched")
    assert lines[f"{KEY}|EUR"]["currency"] == "EUR"


@pytest.mark.parametrize("counted_item", [SEAT, 772])
def test_case_35_items_that_are_one_product_are_billed_in_one_line(desk: Desk, counted_item: int) -> None:
    """Contract case 35: 20 of one item at 22.00 and 10 of another; whichever the vendor's product is mapped to."""
    desk.catalog[772] = "p9"
    desk.counting("owned", owned_source="pax8")
    desk.rules["product_map"][0]["product_id"] = f"connectwise:{counted_item}"
    desk.line(20, "22.00")
    desk.line(10, "20.00", product__id=772)
    desk.subscription(31)
    desk.rule("item_map", item_id="connectwise:772", product_id=f"connectwise:{SEAT}", valid_from=date(2026, 1, 1))
    lines = judged(desk)
    assert set(lines) == {KEY}
    assert figures(lines[KEY]) == (30, 31, 31, "underbilled")
    assert "10 at 20.00 USD (line 2, Seat 772)" in lines[KEY]["explanation"]
    assert desk.engine.rows("SELECT * FROM analytics.reconciliation WHERE product_id = 'connectwise:772'") == []


def test_an_item_is_another_product_only_while_its_rule_holds(desk: Desk) -> None:
    desk.catalog[772] = "p9"
    desk.counting("owned", owned_source="pax8")
    desk.line(20, "22.00")
    desk.line(10, "20.00", product__id=772)
    desk.subscription(20)
    desk.rule("item_map", item_id="connectwise:772", product_id=f"connectwise:{SEAT}", valid_from=date(2026, 1, 1),
              valid_to=date(2026, 6, 1))  # fmt: skip
    lines = judged(desk)
    assert figures(lines[KEY]) == (20, 20, 20, "matched")


def test_a_term_of_an_agreement_reaches_what_it_no_longer_bills(desk: Desk) -> None:
    """3 x 11.00 unbilled for three months; the agreement's rule for all its products lets two be billed back: 66.00."""
    desk.counting("owned", owned_source="pax8")
    desk.list_prices[SEAT] = Decimal("11.00")
    term(desk, product=None, backbill_months=2)
    for month in (3, 4, 5):
        desk.published_on(date(2026, month, 28), 3)
    desk.set_month(CUTOFF, "run-june")
    lines = judged(desk)
    assert set(lines) == {OWN}
    line = lines[OWN]
    assert (line["class"], line["exposure_months"]) == ("unbilled", 3)
    assert (line["exposure_amount"], line["collectable_amount"]) == (Decimal("99.00"), Decimal("66.00"))
