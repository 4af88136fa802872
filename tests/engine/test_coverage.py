"""Coverage flatters nobody: excluded units are in neither part of the share, and what a dead source last held is a gap.

Belongs here: what the summaries say of what could be billed. Does not belong here: how it is printed
(`tests.pipelines.cli.test_render`).
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.engine.example_desk import CLIENT, SEAT, Desk
from tests.engine.project import Engine

FREE = 772


@pytest.fixture
def desk(engine: Engine) -> Desk:
    desk = Desk(engine)
    desk.counting("owned", owned_source="pax8")
    return desk


def summary(desk: Desk) -> dict[str, Any]:
    return desk.engine.row("SELECT * FROM analytics.period_summary")


def test_units_that_nobody_bills_cover_nothing(desk: Desk) -> None:
    """10,000 units of a free product are excluded: the 10 that could be billed are the whole."""
    desk.product(FREE, "p2")
    desk.rule("counting", product_id=f"connectwise:{FREE}", basis="owned", owned_source="pax8")
    desk.rule("exclusions", client_id="*", source_system="pax8", vendor_product_id="p2", source_record_id="*")
    desk.subscription(10_000, product_id="p2")
    desk.subscription(10)
    desk.line(8, "22.00")
    desk.compute()
    found = summary(desk)
    assert (found["census_quantity"], found["billable_quantity"], found["billable_amount"]) == (10_010, 10, 220)
    assert (found["unit_coverage"], found["money_coverage"], found["census_coverage"]) == (1, 1, 1)


def test_what_a_dead_source_last_held_is_not_covered(desk: Desk) -> None:
    """10 seats of 22.00 at the distributor, unbilled; the next day it fails. Of the agents nothing else is known."""
    desk.product(FREE, "WINDOWS_SERVER")
    desk.rule("counting", product_id=f"connectwise:{FREE}", basis="used", used_source="ninjaone")
    desk.line(30, "10.00", product__id=FREE)
    desk.subscription(10)
    desk.line(8, "22.00")
    desk.devices(30, 0)
    desk.rules["product_map"] = [
        rule | ({"product_id": f"connectwise:{FREE}"} if rule["source_system"] == "ninjaone" else {})
        for rule in desk.rules["product_map"]
    ]
    desk.compute()
    whole = summary(desk)
    assert (whole["billable_quantity"], whole["billable_amount"]) == (40, 520)
    assert (whole["unit_coverage"], whole["money_coverage"]) == (1, 1)

    desk.engine.read(
        "pax8", "subscriptions", status="failed", at=datetime(2026, 6, 30, 7, tzinfo=UTC), message="HTTP 500"
    )
    desk.engine.compute()
    assert desk.row()["class"] == "not_assessed"
    dead = summary(desk)
    # The distributor's 10 seats of 22.00, of which only 8 were billed, are the gap.
    assert (dead["billable_quantity"], dead["assessed_billable_quantity"]) == (40, 30)
    assert (dead["billable_amount"], dead["assessed_billable_amount"]) == (520, 300)
    assert (dead["unit_coverage"], dead["money_coverage"]) == (Decimal("0.75"), Decimal("0.576923"))


def test_units_without_a_price_are_said_apart(desk: Desk) -> None:
    """A subscription of a product that nobody mapped could be billed, at a price that nobody knows."""
    desk.subscription(10)
    desk.line(10, "22.00")
    desk.subscription(5, product_id="p9")
    desk.compute()
    found = summary(desk)
    assert f"connectwise:{CLIENT}|connectwise:{SEAT}|*" == desk.row()["line_key"]
    assert (found["billable_quantity"], found["unpriced_billable_quantity"]) == (15, 5)
    assert (found["unit_coverage"], found["money_coverage"]) == (Decimal("0.666667"), 1)
