"""Makes a world: plan, plant, number, render, judge - in that order.

Belongs here: the order of the steps. Does not belong here: any step's content.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from sandbox.world import connectwise, microsoft_graph, ninjaone, pax8
from sandbox.world.clients import plan_msp
from sandbox.world.feature_plants import plant_features
from sandbox.world.features import chosen
from sandbox.world.inbox import render as render_inbox
from sandbox.world.model import World
from sandbox.world.people import plan_users
from sandbox.world.plan import Plan
from sandbox.world.plants import plant_all
from sandbox.world.rules import rules_of
from sandbox.world.terms import backbill_months
from sandbox.world.truth import judge


def generate(
    seed: int,
    clients: int = 60,
    clock: datetime | None = None,
    features: Iterable[str] | None = None,
    without: Iterable[str] = (),
    read_on: Iterable[date] = (),
) -> World:
    """A synthetic MSP with `clients` clients and twelve months of history, with planted errors of known truth.

    Args:
        seed: chooses the world. Equal arguments give an equal world, byte for byte.
        clients: live clients of the MSP. From 60 on every kind of plant occurs at least twice.
        clock: the moment at which every vendor answers, timezone-aware; default now (to the second).
        features: what the world holds beyond its ordinary errors (`features.py`); default what is judged right today.
        without: names of plants to leave out; everything else stays as it is, so that errors can come and go between
            two months of one MSP.
        read_on: earlier days of the clock's month on which the same home was read and published, each from the world of
            that day (and of the days before it). What is counted when it is read then has a count of each of them.

    Raises:
        ValueError: `clients` is below one, `clock` has no timezone, a feature or plant is not known, or a day of
            `read_on` is no earlier day of the month.
    """
    clock = datetime.now(UTC) if clock is None else clock
    if clock.tzinfo is None:
        raise ValueError(f"the clock {clock.isoformat()} has no timezone")
    clock = clock.astimezone(UTC).replace(microsecond=0)
    plan = planned(seed, clients, clock, features, without, read_on)
    return World(
        seed=seed,
        clock=clock,
        connectwise=connectwise.render(plan),
        microsoft_graph=microsoft_graph.render(plan),
        pax8=pax8.render(plan),
        ninjaone=ninjaone.render(plan),
        inbox=render_inbox(plan),
        rules=rules_of(plan),
        truth=judge(plan),
        features=plan.features,
        backbill_months=backbill_months(plan),
    )


def planned(
    seed: int,
    clients: int,
    clock: datetime,
    features: Iterable[str] | None = None,
    without: Iterable[str] = (),
    read_on: Iterable[date] = (),
) -> Plan:
    """The whole plan of a world, errors and all, before anything is rendered or judged."""
    plan = plan_msp(seed, clients, clock)
    plan.features = chosen(features)
    plan.read_on = tuple(sorted(set(read_on)))
    if any(not plan.first <= day < plan.day for day in plan.read_on):
        raise ValueError(f"a world of {plan.day} was read on earlier days of its month, not on {plan.read_on}")
    plant_all(plan, without)
    plant_features(plan)
    plan_users(plan)
    ninjaone.number_devices(plan)
    return plan
