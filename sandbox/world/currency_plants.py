"""Plants where the vendor asks its cost in another currency than the client pays: cost and price meet by a stored rate.

Belongs here: what a plant does to currencies, costs and floors, and the class it must get; no total changes. Does not
belong here: the rates (`rates.py`), or costs in the client's own currency (`cost_plants.py`).
"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from sandbox.world.agreed import Term
from sandbox.world.line_plants import live
from sandbox.world.plan import Plan, Position
from sandbox.world.rates import ABROAD, NO_RATE, rate_on

_CENT, _UNIT = Decimal("0.01"), Decimal("0.000001")


def _ask(position: Position, cost: Decimal, currency: str) -> None:
    for seats in position.seats:
        seats.currency, seats.costs = currency, [(date.min, cost)]


def _rate(plan: Plan, position: Position) -> Decimal:
    rate = rate_on(plan.rates, plan.day, ABROAD, position.client.currency)
    assert rate is not None
    return rate


def _floor(plan: Plan, position: Position, percent: Decimal) -> None:
    plan.terms.append(Term(position.client, position.product, margin_floor=percent))


def margin_below_the_floor_by_the_rate(plan: Plan, position: Position, rng: Random) -> str:
    """A fifth of the price seems left as long as pounds are taken for the client's money; by the rate it is less."""
    _ask(position, (live(position).price * Decimal("0.8")).quantize(_CENT), ABROAD)
    _floor(plan, position, Decimal(15))
    return "matched"


def margin_on_the_floor_by_the_rate(plan: Plan, position: Position, rng: Random) -> str:
    """A margin exactly at the floor by this month's rate is not below it; by last month's it would be."""
    live(position).price = Decimal(40)
    _ask(position, Decimal(20), ABROAD)
    _floor(plan, position, 100 - Decimal(20) * _rate(plan, position) / 40 * 100)
    return "matched"


def cost_recorded_at_the_rate(plan: Plan, position: Position, rng: Random) -> str:
    """The PSA records what the vendor's pounds come to, as finely as it records: nothing has drifted."""
    _ask(position, (position.product.cost / _rate(plan, position)).quantize(_UNIT, ROUND_HALF_UP), ABROAD)
    return "matched"


def cost_without_a_rate(plan: Plan, position: Position, rng: Random) -> str:
    """Kronor, for which no rate is in force: as bare numbers they eat any margin, but nobody knows their worth."""
    _ask(position, (position.product.cost * 10).quantize(_CENT), NO_RATE)
    _floor(plan, position, Decimal(15))
    return "matched"
