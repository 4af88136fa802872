"""Makes a world: plan, plant, number, render, judge - in that order.

Belongs here: the order of the steps. Does not belong here: any step's content.
"""

from datetime import UTC, datetime

from sandbox.world import connectwise, microsoft_graph, ninjaone, pax8
from sandbox.world.clients import plan_msp
from sandbox.world.model import World
from sandbox.world.plants import plant_all
from sandbox.world.rules import rules_of
from sandbox.world.truth import judge


def generate(seed: int, clients: int = 60, clock: datetime | None = None) -> World:
    """A synthetic MSP with `clients` clients and twelve months of history, with planted errors of known truth.

    Args:
        seed: chooses the world. Equal arguments give an equal world, byte for byte.
        clients: live clients of the MSP. From 60 on every kind of plant occurs at least twice.
        clock: the moment at which every vendor answers, timezone-aware; default now (to the second).

    Raises:
        ValueError: `clients` is below one, or `clock` has no timezone.
    """
    clock = datetime.now(UTC) if clock is None else clock
    if clock.tzinfo is None:
        raise ValueError(f"the clock {clock.isoformat()} has no timezone")
    clock = clock.astimezone(UTC).replace(microsecond=0)
    plan = plan_msp(seed, clients, clock)
    plant_all(plan)
    ninjaone.number_devices(plan)
    return World(
        seed=seed,
        clock=clock,
        connectwise=connectwise.render(plan),
        microsoft_graph=microsoft_graph.render(plan),
        pax8=pax8.render(plan),
        ninjaone=ninjaone.render(plan),
        rules=rules_of(plan),
        truth=judge(plan),
    )
