"""Lines whose quantity the contract fixes: as a rule states it, or as it is billed where none does.

Belongs here: contract cases of basis `fixed`. Does not belong here: minimums (`test_worked_examples`).
"""

from datetime import date
from decimal import Decimal

import pytest

from tests.docs.pages import page
from tests.engine.example_desk import CLIENT, SEAT, Desk
from tests.engine.project import Engine


@pytest.fixture
def desk(engine: Engine) -> Desk:
    desk = Desk(engine)
    desk.counting("owned", owned_source="pax8")
    return desk


def fix(desk: Desk, quantity: str | None, **columns: object) -> None:
    desk.rule(
        "terms", client_id=f"connectwise:{CLIENT}", agreement_id="*", product_id=f"connectwise:{SEAT}", basis="fixed",
        fixed_quantity=None if quantity is None else Decimal(quantity), **columns,
    )  # fmt: skip


def test_more_than_the_contract_fixes_is_overbilled(desk: Desk) -> None:
    """Contract case 36: the contract fixes 1 unit, the PSA bills 2."""
    fix(desk, "1")
    desk.line(2, "22.00")
    desk.subscription(7)
    row = desk.compute()
    assert (row["class"], row["expected_quantity"], row["variance"]) == ("overbilled", 1, -1)
    assert row["revenue_impact"] == -22
    assert row["explanation"] in page("rules.md")


def test_fewer_than_the_contract_fixes_are_underbilled(desk: Desk) -> None:
    fix(desk, "3")
    desk.line(2, "22.00")
    row = desk.compute()
    assert (row["class"], row["variance"]) == ("underbilled", 1)


def test_what_the_contract_fixes_is_due_though_nothing_bills_it(desk: Desk) -> None:
    fix(desk, "3")
    row = desk.compute()
    assert (row["class"], row["variance"]) == ("unbilled", 3)


def test_a_fixed_quantity_of_zero_bills_nothing(desk: Desk) -> None:
    fix(desk, "0")
    desk.line(2, "22.00")
    row = desk.compute()
    assert (row["class"], row["variance"]) == ("overbilled", -2)


def test_without_a_stated_quantity_the_line_is_right_as_billed_and_says_so(desk: Desk) -> None:
    fix(desk, None)
    desk.line(2, "22.00")
    desk.subscription(7)
    row = desk.compute()
    assert (row["class"], row["expected_quantity"]) == ("matched", 2)
    assert row["explanation"] == "fixed by the agreement as billed: 2 expected; 2 billed."


def test_a_fixed_quantity_that_has_run_out_fixes_nothing(desk: Desk) -> None:
    fix(desk, "1", valid_to=date(2026, 6, 1))
    desk.line(2, "22.00")
    desk.subscription(7)
    row = desk.compute()
    assert (row["class"], row["expected_quantity"]) == ("underbilled", 7)
