"""The feature `wrong_input`: records that say what no vendor should say; nothing may be concluded from them.

Belongs here: dedicated clients with such records. Does not belong here: faults of the transport (`misbehave.py`).
"""

from decimal import Decimal
from random import Random

from sandbox.world.feature_clients import billed, bought, feature_client
from sandbox.world.plan import Plan, Position
from sandbox.world.products import GRAPH, PAX8
from sandbox.world.streams import stream


def plant_wrong_input(plan: Plan) -> None:
    """A bill mode that nobody knows, a line of less than nothing, and a subscription of less than nothing."""
    rng = stream(plan.seed, "wrong")
    for _ in range(2):
        position = _position(plan, "line with an unknown bill mode", rng)
        position.lines[0].mode = "PerContract"
        position = _position(plan, "line with a negative quantity", rng)
        position.lines[0].quantity = Decimal(-2)
        position = _position(plan, "subscription with a negative quantity", rng)
        bought(plan, position, -3, rng).is_charged = False


def _position(plan: Plan, note: str, rng: Random) -> Position:
    client = feature_client(plan, note, 8, rng, GRAPH, PAX8)
    position = billed(plan, client, "edr", 8, rng)
    bought(plan, position, 8, rng)
    position.note, position.intent, position.is_broken = note, "not_assessed", True
    return position
