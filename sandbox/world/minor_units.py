"""The feature `minor_units`: clients who pay in money of thousandths, and in money without coins.

Belongs here: dedicated clients and their lines. Does not belong here: costs in another currency (`currency_plants.py`).
"""

from decimal import Decimal
from random import Random

from sandbox.world.feature_clients import billed, bought, feature_client
from sandbox.world.plan import Plan
from sandbox.world.products import PAX8
from sandbox.world.streams import stream


def plant_minor_units(plan: Plan) -> None:
    """Short by three at a price that hundredths cannot hold, beside one billed right; the same in yen."""
    rng = stream(plan.seed, "minor units")
    _client(plan, "thousandths, short", "KWD", "12.335", 13, 16, "underbilled", rng)
    _client(plan, "thousandths, billed right", "KWD", "12.335", 7, 7, "matched", rng)
    _client(plan, "no coins, billed too much", "JPY", "1850", 9, 7, "overbilled", rng)


def _client(
    plan: Plan, note: str, currency: str, price: str, quantity: int, there: int, class_: str, rng: Random
) -> None:
    client = feature_client(plan, note, 5, rng, PAX8, currency=currency)
    position = billed(plan, client, "edr", quantity, rng, price=Decimal(price))
    position.note, position.intent = note, class_
    bought(plan, position, there, rng)
