"""Bundles whose counting rule looks at other days than the last one; section 4 of the domain guide beside section 5.

Belongs here: what prices such a bundle and what it covers. Does not belong here: bundles of the last day
(`dbt_project/compare/test_bundles`), the counts themselves (`test_counts_of_kept_reads`).
"""

from datetime import date
from typing import Any

import pytest

from tests.engine.example_desk import CLIENT, JUNE, PORTAL, SEAT, Desk, days
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
    desk.line(16, "135.00", product__id=PLAN)
    return desk


def _count(desk: Desk, product: int, source: str = "pax8", basis: str = "owned", **rule: Any) -> None:
    desk.rule("counting", product_id=f"connectwise:{product}", basis=basis, **{f"{basis}_source": source}, **rule)


def _part(desk: Desk, product: int) -> dict[str, Any]:
    key = f"connectwise:{CLIENT}|connectwise:{product}|*|bundle"
    return desk.engine.row("SELECT * FROM analytics.reconciliation WHERE line_key = ?", key)


def test_a_bundle_that_counts_the_peak_is_priced_by_the_peak_of_its_driver(desk: Desk) -> None:
    _count(desk, PLAN, counted_when="peak")
    _count(desk, SEAT)
    _count(desk, AGENT)
    for day, seats in ((1, 14), (2, 16), (3, 12)):
        desk.published_on(date(2026, 6, day), seats, agents=15)
    row = desk.row(PLAN)
    assert (row["class"], row["expected_quantity"]) == ("matched", 16)
    assert "16 owned at pax8 at the peak of 2026-06-02" in row["explanation"]
    # What is paid for is covered: 16 agents by the peak, not 12 by the last day.
    agents = _part(desk, AGENT)
    assert (agents["class"], agents["owned_quantity"], agents["flags"]) == ("covered_by_bundle", 15, ["coverage_gap"])
    assert "15 owned, 16 covered by" in agents["explanation"]


def test_a_bundle_that_counts_days_of_a_file_is_priced_by_its_driver_there(desk: Desk) -> None:
    for product in (PLAN, SEAT):
        _count(desk, product, PORTAL, "used", **({"counted_when": "average"} if product == PLAN else {}))
    _count(desk, AGENT)
    desk.rule("client_map", source_system=PORTAL, account_id="c1", client_id=f"connectwise:{CLIENT}")
    desk.rule("product_map", source_system=PORTAL, vendor_product_id="p1", product_id=f"connectwise:{SEAT}")
    desk.daily(days(JUNE, date(2026, 6, 15), 14) + days(date(2026, 6, 16), date(2026, 6, 30), 18))
    desk.lay_out()
    row = desk.row(PLAN)
    assert (row["class"], row["expected_quantity"]) == ("matched", 16)
    assert "16 used at portal on the average of 30 days" in row["explanation"]


def test_a_bundle_of_which_a_day_is_missing_is_not_assessed_nor_is_what_it_covers(desk: Desk) -> None:
    _count(desk, PLAN, counted_when="average")
    _count(desk, SEAT)
    _count(desk, AGENT)
    for day, seats in ((1, 16), (3, 16)):
        desk.published_on(date(2026, 6, day), seats, agents=15)
    assert desk.row(PLAN)["class"] == "not_assessed"
    assert "no count on 2026-06-02" in desk.row(PLAN)["explanation"]
    assert (_part(desk, AGENT)["class"], _part(desk, SEAT)["class"]) == ("not_assessed", "not_assessed")
    assert "no count on 2026-06-02" in _part(desk, AGENT)["explanation"]


def test_a_component_that_counts_other_days_is_not_set_off_against_the_last_one(desk: Desk) -> None:
    _count(desk, PLAN)
    _count(desk, SEAT)
    _count(desk, AGENT, counted_when="peak")
    desk.line(2, "8.00", product__id=AGENT)
    desk.published_on(JUNE, 16, agents=18)
    assert desk.row(PLAN)["class"] == "matched"
    for row in (_part(desk, AGENT), desk.row(AGENT)):
        assert row["class"] == "not_assessed"
        assert (
            "its counting rule says peak, and what Seat 900 covers of it is counted on the last day"
            in (row["explanation"])
        )
