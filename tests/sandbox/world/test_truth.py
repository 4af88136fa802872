from datetime import UTC, datetime

import pytest

from sandbox.world import generate
from sandbox.world.generate import planned
from sandbox.world.truth import judge
from tests.sandbox.world.reference import Reference


def _truth(world):
    return {
        row.line_key: (row.class_, row.billed, row.expected, row.unit_price, row.revenue_impact, row.flags)
        for row in world.truth
    }


def test_a_careful_reading_of_the_payloads_finds_the_truth(world):
    truth, found = _truth(world), Reference(world).rows()

    assert found.keys() - truth.keys() == set()
    assert truth.keys() - found.keys() == set()
    assert {key: (found[key], truth[key]) for key in truth if found[key] != truth[key]} == {}


@pytest.mark.parametrize(("seed", "clients"), [(21, 1), (22, 9), (23, 31), (24, 150)])
def test_so_it_does_for_worlds_of_other_sizes(seed, clients):
    world = generate(seed, clients, datetime(2026, 5, 31, 22, 0, tzinfo=UTC), features=[])

    assert Reference(world).rows() == _truth(world)


def test_a_world_that_contradicts_its_own_plan_is_refused(world):
    plan = planned(world.seed, 60, world.clock)
    position = next(p for c in plan.clients for p in c.positions.values() if p.intent == "underbilled")
    position.intent = "overbilled"

    with pytest.raises(ValueError, match="meant as overbilled and came out as underbilled"):
        judge(plan)
