"""Plans whose parts have minimums, are sold by minimum, or stand beside a line of the same product.

Belongs here: what a bundle covers where the contract says more than its driver's count. Does not belong here: bundles
of other days (`test_counted_bundles`), plain coverage (`dbt_project/compare/test_bundles`).
"""

from decimal import Decimal
from typing import Any

import pytest

from tests.docs.pages import page
from tests.engine.example_desk import CLIENT, SEAT, Desk
from tests.engine.project import Engine

PLAN, AGENT = 900, 640


@pytest.fixture
def desk(engine: Engine) -> Desk:
    """A plan per seat that covers an agent as well; both are told by the distributor."""
    desk = Desk(engine)
    desk.catalog[PLAN] = "none"
    desk.product(AGENT, "p2")
    for product, is_driver in ((SEAT, "yes"), (AGENT, "no")):
        desk.rule(
            "bundles", client_id="*", bundle_product_id=f"connectwise:{PLAN}", is_driver=is_driver,
            component_product_id=f"connectwise:{product}", units_per_driver=1,
        )  # fmt: skip
    for product in (PLAN, SEAT, AGENT):
        desk.rule("counting", product_id=f"connectwise:{product}", basis="owned", owned_source="pax8")
    return desk


def _holds(desk: Desk, seats: int, agents: int = 0) -> None:
    desk.subscription(seats)
    if agents:
        desk.subscription(agents, product_id="p2")


def _minimum(desk: Desk, product: int, quantity: int) -> None:
    rule = {"client_id": f"connectwise:{CLIENT}", "agreement_id": "*", "product_id": f"connectwise:{product}"}
    desk.rule("terms", **rule, minimum_quantity=Decimal(quantity), minimum_scope="line")


def _lines(desk: Desk) -> dict[tuple[int, str], dict[str, Any]]:
    desk.lay_out()
    rows = desk.engine.rows("SELECT * FROM analytics.reconciliation")
    return {(int(row["product_id"].split(":")[1]), row["line_part"]): row for row in rows}


def test_a_minimum_of_a_part_is_reached_by_what_the_plan_covers_too(desk: Desk) -> None:
    """Contract case 21: a minimum of 20 agents; 26 are covered and 2 are beyond the plan: 2 are expected."""
    desk.line(26, "135.00", product__id=PLAN)
    desk.line(2, "8.00", product__id=AGENT)
    _holds(desk, 26, 28)
    _minimum(desk, AGENT, 20)
    found = _lines(desk)
    assert (found[AGENT, "main"]["class"], found[AGENT, "main"]["expected_quantity"]) == ("matched", 2)
    assert found[AGENT, "bundle"]["owned_quantity"] == 26


def test_a_minimum_beyond_what_the_plan_covers_is_due(desk: Desk) -> None:
    """A minimum of 20 agents, of which the plan covers 10: 10 more are due, though 6 are there in all."""
    desk.line(10, "135.00", product__id=PLAN)
    _holds(desk, 10, 6)
    _minimum(desk, AGENT, 20)
    row = _lines(desk)[AGENT, "main"]
    assert (row["class"], row["expected_quantity"], row["minimum_quantity"]) == ("unbilled", 10, 10)
    assert "raised to the minimum of 10 (20 less 10 covered by the bundle) = 10 expected" in row["explanation"]


@pytest.mark.parametrize(("agents", "covered", "flags"), [(28, 28, []), (26, 26, []), (25, 25, ["coverage_gap"])])
def test_a_billed_minimum_covers_as_many_as_it_has(desk: Desk, agents: int, covered: int, flags: list[str]) -> None:
    """Contract case 22: a minimum of 30 plans is billed, 26 users, 28 agents: 28 are covered; only 26 are needed."""
    desk.line(30, "135.00", product__id=PLAN)
    _holds(desk, 26, agents)
    _minimum(desk, PLAN, 30)
    found = _lines(desk)
    assert (found[PLAN, "main"]["class"], found[AGENT, "bundle"]["owned_quantity"]) == ("matched_minimum", covered)
    assert (found[AGENT, "bundle"]["flags"], (AGENT, "main") in found) == (flags, False)
    if not flags:
        assert (
            f"{covered} owned of 30 covered by Seat 900 by its billed minimum of 30"
            in (found[AGENT, "bundle"]["explanation"])
        )


def test_a_minimum_that_is_not_billed_covers_no_more_than_is_paid_for(desk: Desk) -> None:
    """Of a minimum of 30 only 26 are billed: 2 agents are beyond the plan."""
    desk.line(26, "135.00", product__id=PLAN)
    _holds(desk, 26, 28)
    _minimum(desk, PLAN, 30)
    found = _lines(desk)
    assert (found[PLAN, "main"]["class"], found[PLAN, "main"]["variance"]) == ("underbilled", 4)
    assert (found[AGENT, "main"]["class"], found[AGENT, "main"]["expected_quantity"]) == ("unbilled", 2)


def test_a_plan_beside_a_line_of_its_drivers_product_is_compared_together(desk: Desk) -> None:
    """Contract case 20: a plan for 10, and 16 more buy the seat by its own line; 26 seats: nothing to do."""
    desk.line(10, "135.00", product__id=PLAN)
    desk.line(16, "22.00")
    _holds(desk, 26, 10)
    found = _lines(desk)
    assert {key: (row["class"], row["variance"], row["flags"]) for key, row in found.items()} == {
        (PLAN, "main"): ("matched", 0, []),
        (SEAT, "main"): ("matched", 0, []),
        (SEAT, "bundle"): ("covered_by_bundle", 0, []),
        (AGENT, "bundle"): ("covered_by_bundle", 0, []),
    }
    assert found[SEAT, "bundle"]["owned_quantity"] == 10
    # Each seat is evidence of the plan or of the line beside it, not of both.
    assert desk.engine.rows("SELECT * FROM analytics.tie_out WHERE NOT passed") == []
    rows = desk.engine.rows("SELECT line_key, sum(quantity) AS units FROM analytics.evidence WHERE side = 'owned'"
                            " AND disposition = 'counted' GROUP BY line_key")  # fmt: skip
    units = {row["line_key"].split(":", 2)[2]: row["units"] for row in rows}
    assert units == {f"{PLAN}|*": 10, f"{SEAT}|*": 16, f"{SEAT}|*|bundle": 10, f"{AGENT}|*|bundle": 10}
    shared = "(of 26 in all: 10 on this plan + 16 by the line of Seat 771 beside it)"
    assert shared in found[PLAN, "main"]["explanation"]
    assert f"a plan for 10 and a line of 16 more match 26 users, and both sentences say `{shared}`" in page("rules.md")


@pytest.mark.parametrize("seats", [25, 27, 10])
def test_what_differs_is_nobodys_until_it_is_said_who_is_on_the_plan(desk: Desk, seats: int) -> None:
    desk.line(10, "135.00", product__id=PLAN)
    desk.line(16, "22.00")
    _holds(desk, seats, 10)
    found = _lines(desk)
    assert {row["class"] for row in found.values()} == {"not_assessed"}
    told = "the plan has 10 and that line 16, 26 together, but 27 are owned, and nobody says who is on the plan"
    assert f"`{told}`" in page("rules.md")
    for product in (PLAN, SEAT):
        assert seats != 27 or told in found[product, "main"]["explanation"]
        assert "the plan has 10 and that line 16, 26 together" in found[product, "main"]["explanation"]
        assert f"but {seats} are owned, and nobody says who is on the plan" in found[product, "main"]["explanation"]


def test_a_driver_that_is_spelt_out_at_no_price_is_no_line_beside_the_plan(desk: Desk) -> None:
    """The near miss: the line at 0 is part of the plan."""
    desk.line(26, "135.00", product__id=PLAN)
    desk.line(26, "0.00")
    _holds(desk, 26, 26)
    assert _lines(desk)[PLAN, "main"]["class"] == "matched"
