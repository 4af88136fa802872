"""Seats of one product that are bought at several systems: a list that is added up, and what stands outside it.

Belongs here: contract case 23 and its like. Does not belong here: one client's several accounts at one system.
"""

from decimal import Decimal
from typing import Any

import pytest

from tests.engine.example_desk import CLIENT, PORTAL, SEAT, Desk
from tests.engine.project import Engine


@pytest.fixture
def desk(engine: Engine) -> Desk:
    """10 seats at the distributor and 5 at a second one, whose list comes as a file."""
    found = Desk(engine)
    found.rule("client_map", source_system=PORTAL, account_id="c1", client_id=f"connectwise:{CLIENT}")
    found.rule("product_map", source_system=PORTAL, vendor_product_id="p1", product_id=f"connectwise:{SEAT}")
    found.line(15, "22.00")
    found.subscription(10)
    elsewhere(found, 5)
    return found


def elsewhere(desk: Desk, quantity: int) -> None:
    desk.vendor["vendor_quantities"] = [
        {
            "source_name": PORTAL,
            "file_name": "seats.csv",
            "file_hash": "f" * 64,
            "row_number": 2,
            "account_id": "c1",
            "product_code": "p1",
            "side": "owned",
            "quantity": Decimal(quantity),
        }
    ]


def judged(desk: Desk) -> dict[str, Any]:
    row = desk.compute()
    assert desk.engine.rows("SELECT * FROM analytics.tie_out WHERE NOT passed") == []
    return row


def test_case_23_seats_of_two_distributors_are_added_up(desk: Desk) -> None:
    """Contract case 23: 10 at one distributor, 5 at a second, B 15: O 15, matched."""
    desk.counting("owned", owned_source=f"pax8+{PORTAL}")
    row = judged(desk)
    assert (row["class"], row["owned_quantity"], row["expected_quantity"]) == ("matched", 15, 15)
    assert f"15 owned at pax8 and {PORTAL}" in row["explanation"]


def test_seats_outside_the_list_leave_the_line_not_assessed_and_say_what_to_write(desk: Desk) -> None:
    desk.counting("owned", owned_source="pax8")
    row = judged(desk)
    assert row["class"] == "not_assessed"
    assert f"5 owned at {PORTAL} are left out" in row["explanation"]
    assert f"write pax8+{PORTAL} as its owned_source" in row["explanation"]


def test_no_seats_outside_the_list_leave_nothing_open(desk: Desk) -> None:
    elsewhere(desk, 0)
    desk.counting("owned", owned_source="pax8")
    row = judged(desk)
    assert (row["class"], row["variance"]) == ("overbilled", -5)


def test_seats_elsewhere_say_nothing_of_a_line_that_counts_use(desk: Desk) -> None:
    desk.counting("used", owned_source="pax8", used_source="microsoft_graph")
    desk.assignments(15)
    assert judged(desk)["class"] == "matched"
