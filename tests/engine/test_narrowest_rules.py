"""Rules for one client, for all, for a product or its group: the narrowest holds.

Belongs here: which counting rule and which margin floor hold, and whose back-billing limit an unbilled line has. Does
not belong here: what a rule means once it holds (`test_worked_examples`), what is refused (`tests/pipelines/rules`).
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.docs.pages import page
from tests.engine.example_desk import AGREEMENT, CLIENT, CUTOFF, KEY, SEAT, Desk
from tests.engine.project import Engine, at_midnight

SECOND = 42
OWN = f"connectwise:{CLIENT}|connectwise:{SEAT}|connectwise:{AGREEMENT}"
OTHER = f"connectwise:{CLIENT}|connectwise:{SEAT}|connectwise:{SECOND}"
HERE, ELSEWHERE, ALL = f"connectwise:{CLIENT}", "connectwise:251", "*"
PRODUCT, GROUP = f"connectwise:{SEAT}", "group:licences"


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def judged(desk: Desk, key: str = KEY) -> dict[str, Any]:
    """Run all models; gives one line, after the run's own controls and the data tests have held."""
    desk.lay_out()
    assert desk.engine.rows("SELECT * FROM analytics.tie_out WHERE NOT passed") == []
    assert desk.engine.broken_tests() == {}
    return desk.engine.row("SELECT * FROM analytics.reconciliation WHERE line_key = ?", key)


def grouped(desk: Desk, **columns: Any) -> None:
    desk.rule("product_groups", product_id=PRODUCT, product_group="licences", **columns)


def counted(desk: Desk, client: str | None, product: str, basis: str, **columns: Any) -> None:
    desk.rule("counting", client_id=client, product_id=product, basis=basis, owned_source="pax8",
              used_source="microsoft_graph", **columns)  # fmt: skip


@pytest.mark.parametrize(
    ("rules", "basis"),
    [
        ([(ALL, PRODUCT, "owned"), (HERE, PRODUCT, "used")], "used"),
        ([(None, PRODUCT, "owned"), (HERE, PRODUCT, "used")], "used"),
        ([(ALL, GROUP, "used")], "used"),
        ([(ALL, GROUP, "owned"), (ALL, PRODUCT, "used")], "used"),
        ([(ALL, PRODUCT, "owned"), (HERE, GROUP, "used")], "used"),
        ([(HERE, GROUP, "owned"), (HERE, PRODUCT, "used")], "used"),
        ([(HERE, GROUP, "owned"), (ALL, GROUP, "used"), (ALL, PRODUCT, "used")], "owned"),
        ([(ELSEWHERE, PRODUCT, "used"), (ALL, GROUP, "owned")], "owned"),
    ],
)
def test_the_narrowest_counting_rule_holds(desk: Desk, rules: list[tuple[str | None, str, str]], basis: str) -> None:
    """O 50, U 46, B 46: by use they match, by purchase 4 are missing, 88.00."""
    grouped(desk)
    for client, product, said in rules:
        counted(desk, client, product, said)
    desk.line(46, "22.00")
    desk.subscription(50)
    desk.assignments(46)
    line = judged(desk)
    assert line["basis"] == basis
    expected = (46, "matched", 0) if basis == "used" else (50, "underbilled", Decimal("88.00"))
    assert (line["expected_quantity"], line["class"], line["revenue_impact"]) == expected


def test_another_client_s_rule_is_none(desk: Desk) -> None:
    counted(desk, ELSEWHERE, PRODUCT, "owned")
    desk.line(46, "22.00")
    desk.subscription(50)
    assert judged(desk)["class"] == "unmapped_product"


def test_a_group_is_that_of_the_last_day(desk: Desk) -> None:
    """The product left the group on 15 June: what is said of the group is no longer said of it."""
    grouped(desk, valid_from=date(2026, 1, 1), valid_to=date(2026, 6, 15))
    counted(desk, ALL, PRODUCT, "owned")
    counted(desk, HERE, GROUP, "used")
    desk.line(46, "22.00")
    desk.subscription(50)
    desk.assignments(46)
    assert judged(desk)["basis"] == "owned"


def test_an_empty_cell_of_the_narrower_rule_is_not_filled_from_the_wider_one(desk: Desk) -> None:
    """A counting rule holds as a whole: the client's own, which names no limit of days, counts every device."""
    desk.rule("counting", product_id=PRODUCT, basis="used", used_source="ninjaone", inactive_days=30)
    desk.rule("counting", product_id=PRODUCT, basis="used", used_source="ninjaone", client_id=HERE)
    desk.line(4, "22.00")
    desk.devices(4, 0)
    for device in desk.vendor["devices"][:2]:
        device["last_contact"] -= 60 * 86400
    line = judged(desk)
    assert (line["used_quantity"], line["class"]) == (4, "matched")


def test_the_worked_example_of_the_guide(desk: Desk) -> None:
    """A client whose order form says 60 days: of 50 agents 3 fell silent 40 days ago, 50 are expected, not 47."""
    desk.rule("counting", product_id=PRODUCT, basis="used", used_source="ninjaone", inactive_days=30)
    desk.rule("counting", product_id=PRODUCT, basis="used", used_source="ninjaone", inactive_days=60, client_id=HERE)
    desk.line(47, "22.00")
    desk.devices(50, 0)
    for device in desk.vendor["devices"][:3]:
        device["last_contact"] -= 40 * 86400
    line = judged(desk)
    assert line["explanation"].startswith("50 used at ninjaone; 50 - 0 included = 50 expected; 47 billed; 3 x 22.00 =")
    assert line["revenue_impact"] == Decimal("66.00")
    guide = page("rules.md")
    assert "50 agents, of which 3 have been silent for 40 days, and 47 billed" in guide
    assert "50 are expected and the line is `underbilled` by 3 = 66.00" in guide


def test_seats_of_several_systems_are_added_up_for_the_client_that_says_so(desk: Desk) -> None:
    desk.counting("owned", owned_source="pax8")
    desk.rule("counting", product_id=PRODUCT, basis="owned", owned_source="pax8+portal", client_id=HERE)
    desk.rule("client_map", source_system="portal", account_id="c1", client_id=HERE)
    desk.rule("product_map", source_system="portal", vendor_product_id="p1", product_id=PRODUCT)
    desk.vendor["vendor_quantities"] = [
        {"source_name": "portal", "file_name": "seats.csv", "file_hash": "1", "row_number": 2, "account_id": "c1",
         "product_code": "p1", "side": "owned", "quantity": Decimal(5)}
    ]  # fmt: skip
    desk.line(15, "22.00")
    desk.subscription(10)
    line = judged(desk)
    assert (line["owned_quantity"], line["class"]) == (15, "matched")
    assert "15 owned at pax8 and portal" in line["explanation"]


def floor(desk: Desk, client: str, product: str, percent: int, agreement: str = "*") -> None:
    desk.rule("terms", client_id=client, agreement_id=agreement, product_id=product,
              margin_floor_percent=Decimal(percent))  # fmt: skip


@pytest.mark.parametrize(
    ("floors", "is_below"),
    [
        ([(ALL, "*", 25)], True),
        ([(ALL, PRODUCT, 25), (HERE, "*", 15)], False),
        ([(ALL, "*", 15), (ALL, GROUP, 25)], True),
        ([(ALL, GROUP, 25), (ALL, PRODUCT, 15)], False),
        ([(HERE, GROUP, 25), (HERE, PRODUCT, 15)], False),
        ([(HERE, "*", 15), (HERE, GROUP, 25)], True),
        ([(ALL, "*", 15), (ELSEWHERE, PRODUCT, 25)], False),
    ],
)
def test_the_narrowest_margin_floor_holds(desk: Desk, floors: list[tuple[str, str, int]], is_below: bool) -> None:
    """Bought at 17.60 and sold at 22.00: a margin of 20 %."""
    grouped(desk)
    for client, product, percent in floors:
        floor(desk, client, product, percent)
    desk.counting("owned", owned_source="pax8")
    desk.line(10, "22.00", unit_cost=Decimal("17.60"))
    desk.subscription(10, partner_cost=Decimal("17.60"))
    line = judged(desk)
    assert line["margin"] == Decimal("0.2")
    assert ("margin_below_floor" in line["flags"]) is is_below


@pytest.mark.parametrize(("client", "is_below"), [(HERE, False), (ELSEWHERE, True)])
def test_the_margin_floors_of_the_guide(desk: Desk, client: str, is_below: bool) -> None:
    """A floor of 10 for all, 25 for licences, 15 for the licences of one client; the margin is 20 %."""
    grouped(desk)
    floor(desk, ALL, "*", 10)
    floor(desk, ALL, GROUP, 25)
    floor(desk, client, GROUP, 15)
    desk.counting("owned", owned_source="pax8")
    desk.line(10, "22.00", unit_cost=Decimal("17.60"))
    desk.subscription(10, partner_cost=Decimal("17.60"))
    assert ("margin_below_floor" in judged(desk)["flags"]) is is_below
    guide = page("rules.md")
    assert "a licence that costs 17.60 and is sold at 22.00 has a margin of 20 %" in guide
    assert "*,*,group:licences,,,,,,,25,," in guide
    assert "connectwise:250,*,group:licences,,,,,,,15,," in guide


def test_one_agreement_s_floor_goes_before_that_of_the_client_and_after_that_of_the_group(desk: Desk) -> None:
    grouped(desk)
    floor(desk, HERE, "*", 25)
    floor(desk, HERE, "*", 15, f"connectwise:{AGREEMENT}")
    desk.counting("owned", owned_source="pax8")
    desk.line(10, "22.00", unit_cost=Decimal("17.60"))
    desk.subscription(10, partner_cost=Decimal("17.60"))
    assert "margin_below_floor" not in judged(desk, OWN)["flags"]
    floor(desk, HERE, GROUP, 25)
    assert "margin_below_floor" in judged(desk, OWN)["flags"]


def limited(desk: Desk, agreement: str, months: int, product: str = "*", client: str = HERE) -> None:
    desk.rule("terms", client_id=client, agreement_id=agreement, product_id=product, backbill_months=months)


def test_a_limit_of_the_agreement_that_billed_a_line_last_reaches_it_once_it_is_unbilled(desk: Desk) -> None:
    """3 x 11.00 unbilled for three months since the younger agreement's line ended; it lets two be billed back."""
    desk.counting("owned", owned_source="pax8")
    desk.agreements[0]["start_date"] = at_midnight(2025, 1, 1)
    desk.agreement(SECOND)
    desk.list_prices[SEAT] = Decimal("11.00")
    desk.line(3, "11.00", agreement_id=SECOND, cancelled_date=at_midnight(2026, 3, 1))
    limited(desk, f"connectwise:{SECOND}", 2)
    limited(desk, f"connectwise:{AGREEMENT}", 1)
    for month in (3, 4, 5):
        desk.published_on(date(2026, month, 28), 3)
    desk.set_month(CUTOFF, "run-june")
    line = judged(desk, OTHER)
    assert (line["class"], line["exposure_months"]) == ("unbilled", 3)
    assert (line["exposure_amount"], line["collectable_amount"]) == (Decimal("99.00"), Decimal("66.00"))


def test_what_no_agreement_has_ever_billed_has_the_limit_of_the_oldest(desk: Desk) -> None:
    desk.counting("owned", owned_source="pax8")
    desk.agreements[0]["start_date"] = at_midnight(2025, 1, 1)
    desk.agreement(SECOND)
    desk.list_prices[SEAT] = Decimal("11.00")
    limited(desk, f"connectwise:{SECOND}", 2)
    limited(desk, f"connectwise:{AGREEMENT}", 1)
    for month in (3, 4, 5):
        desk.published_on(date(2026, month, 28), 3)
    desk.set_month(CUTOFF, "run-june")
    line = judged(desk, OWN)
    assert (line["exposure_amount"], line["collectable_amount"]) == (Decimal("99.00"), Decimal("33.00"))


@pytest.mark.parametrize("client", [ALL, HERE])
def test_a_limit_may_be_said_of_all_clients_or_of_a_group(desk: Desk, client: str) -> None:
    grouped(desk)
    desk.counting("owned", owned_source="pax8")
    desk.list_prices[SEAT] = Decimal("11.00")
    limited(desk, "*", 2, GROUP, client)
    for month in (3, 4, 5):
        desk.published_on(date(2026, month, 28), 3)
    desk.set_month(CUTOFF, "run-june")
    assert judged(desk)["collectable_amount"] == Decimal("66.00")
