"""Plants in how a line is billed: by the year or quarter, once, or under another number of the catalogue.

Belongs here: what a plant does to a position's lines, and the class it must get. Each function changes the position
and gives back that class. Does not belong here: which client is hit (`plants.py`).
"""

from decimal import Decimal
from random import Random

from sandbox.world.dates import add_months
from sandbox.world.holdings import add_agreement, add_line, grow
from sandbox.world.line_plants import live, never_billed
from sandbox.world.plan import Line, Plan, Position

# Numbers of the catalogue that no product has.
_FIRST_ITEM = 2001


def _rebilled(plan: Plan, position: Position, months: int, rng: Random) -> Line:
    """Put what is billed on an agreement of its own, whose prices are for so many months; 0: it is billed once."""
    line = live(position)
    never_billed(plan, position, rng)
    agreement = add_agreement(plan, position.client, f"Term {position.product.identifier}", rng)
    agreement.end, agreement.cycle_months = None, months
    return add_line(plan, position, line.quantity, rng, agreement=agreement, price=line.price)


def by_the_year(plan: Plan, position: Position, rng: Random) -> str:
    """The price is a year's: a twelfth of it is a month's, and so is the cost."""
    _rebilled(plan, position, 12, rng)
    return "matched"


def by_the_year_and_short(plan: Plan, position: Position, rng: Random) -> str:
    """Two more are there than are billed by the year: they are worth a month each."""
    _rebilled(plan, position, 12, rng)
    grow(plan, position, 2, rng)
    return "underbilled"


def by_the_quarter_and_too_many(plan: Plan, position: Position, rng: Random) -> str:
    """One more is billed by the quarter than is there."""
    _rebilled(plan, position, 3, rng).quantity += 1
    return "overbilled"


def once_this_month(plan: Plan, position: Position, rng: Random) -> str:
    """What is billed once bills in its first month, which is this one."""
    _rebilled(plan, position, 0, rng).effective = plan.first
    return "matched"


def once_long_ago(plan: Plan, position: Position, rng: Random) -> str:
    """What was billed once, months ago, bills nothing now: the licences are still there."""
    line = _rebilled(plan, position, 0, rng)
    line.effective, line.role = add_months(plan.first, -2), "past"
    return "unbilled"


def under_two_items(plan: Plan, position: Position, rng: Random) -> str:
    """Some of it is billed under another number of the catalogue: both are one product, and their sum is right."""
    line = live(position)
    part = Decimal(rng.randrange(1, int(line.quantity)))
    line.quantity -= part
    other = add_line(plan, position, part, rng, agreement=line.agreement, effective=line.effective, price=line.price)
    known = next((number for number, product in plan.items.items() if product == position.product), None)
    other.item_id = known or _FIRST_ITEM + len(plan.items)
    plan.items[other.item_id] = position.product
    return "matched"


def under_two_items_and_short(plan: Plan, position: Position, rng: Random) -> str:
    """One more is there than both numbers bill together."""
    under_two_items(plan, position, rng)
    grow(plan, position, 1, rng)
    return "underbilled"
