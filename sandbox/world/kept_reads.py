"""The feature `kept_reads`: vaults and servers whose number moves daily, counted on the days on which they were read.

Belongs here: dedicated clients, what they hold on each day and what they are billed. Does not belong here: what follows
from the days (`counts.py`). A line must not depend on the day: the worlds of several days are one MSP.
"""

from datetime import date, timedelta
from decimal import Decimal

from sandbox.world.counts import Reads
from sandbox.world.feature_clients import billed, bought, feature_client
from sandbox.world.plan import Devices, Plan, Position
from sandbox.world.products import MAC_SERVER, NINJAONE, READ_DAILY, Product
from sandbox.world.streams import stream

# Billed beside the middle about which the number moves by up to four: fewer, the middle, the highest, more than ever.
_BESIDE = (-2, 0, 4, 6)


def plant_kept_reads(plan: Plan) -> None:
    """Each way of counting, billed at four quantities: which is right depends on the days that were read."""
    for product in READ_DAILY:
        for beside in _BESIDE:
            _plant(plan, product, beside)


def _plant(plan: Plan, product: Product, beside: int) -> None:
    rng = stream(plan.seed, "reads", product.key, beside)
    note = f"counted when read, {product.key}, {beside:+d}"
    client = feature_client(plan, note, 20, rng, product.basis_source)
    middle = rng.randrange(12, 25)
    position = billed(plan, client, product.key, middle + beside, rng, price=product.price)
    position.note = note
    days = {day: _found(middle, day) for day in (plan.first + timedelta(days=n) for n in range(plan.day.day))}
    if product.basis_source == NINJAONE:
        position.devices.append(Devices(client.accounts[NINJAONE][0], MAC_SERVER, int(days[plan.day])))
    else:
        _buy(plan, position, days)
    position.reads = Reads(product, {day: days[day] for day in (*plan.read_on, plan.day)})


def _found(middle: int, day: date) -> Decimal:
    """Up and down by turns: -1, +1, -2, +2, -3, +3, -4, +4 and again."""
    number = day.day - 1
    return Decimal(middle + (1 if number % 2 else -1) * (1 + number // 2 % 4))


def _buy(plan: Plan, position: Position, days: dict[date, Decimal]) -> None:
    rng = stream(plan.seed, "reads", position.note)
    seats = bought(plan, position, int(days[plan.first]), rng)
    seats.steps += [(day, quantity) for day, quantity in days.items() if day > plan.first]
