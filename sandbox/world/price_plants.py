"""Plants in what a difference is worth: credits, lines of several prices, prices that were signed.

Belongs here: what a plant does to the prices of a position's lines, and the class it must get. Does not belong here:
flags of prices and costs that leave the quantities alone (`cost_plants.py`), which client is hit (`plants.py`).
"""

from datetime import timedelta
from decimal import Decimal
from random import Random

from sandbox.world.agreed import Term
from sandbox.world.dates import add_months
from sandbox.world.holdings import add_line, grow
from sandbox.world.line_plants import live, never_billed
from sandbox.world.plan import Line, Plan, Position


def _beside(plan: Plan, position: Position, quantity: Decimal, price: Decimal, rng: Random) -> Line:
    """One more line of the same agreement, a day younger."""
    line = live(position)
    line.effective = min(line.effective, add_months(plan.first, -1) - timedelta(days=2))
    return add_line(
        plan, position, quantity, rng,
        agreement=line.agreement, effective=line.effective + timedelta(days=1), price=price,
    )  # fmt: skip


def discounted(plan: Plan, position: Position, rng: Random) -> str:
    """A discount stands as a line of its own, at a negative price: money, and no units."""
    _beside(plan, position, live(position).quantity, Decimal("-0.35"), rng)
    return "matched"


def discounted_and_short(plan: Plan, position: Position, rng: Random) -> str:
    """Two more are there than a discounted line bills: they are worth the price less the discount."""
    discounted(plan, position, rng)
    grow(plan, position, 2, rng)
    return "underbilled"


def surcharged(plan: Plan, position: Position, rng: Random) -> str:
    """The same line at a small positive price is no credit: its units are billed once more."""
    _beside(plan, position, live(position).quantity, Decimal("0.35"), rng)
    return "overbilled"


def one_dear_unit(plan: Plan, position: Position, rng: Random) -> str:
    """One unit too many stands on a young line at twenty times the price: it is worth one at the usual price."""
    _beside(plan, position, Decimal(1), live(position).price * 20, rng)
    return "overbilled"


def beyond_the_first_line(plan: Plan, position: Position, rng: Random) -> str:
    """More is billed too much than the larger of two lines bills: the smaller one changes as well, at its own price."""
    line = live(position)
    census = line.quantity
    _beside(plan, position, census + 1, line.price + 1, rng)
    _beside(plan, position, Decimal(2), line.price + 2, rng)
    return "overbilled"


def signed_and_short(plan: Plan, position: Position, rng: Random) -> str:
    """Two more are there than are billed, at another price than was signed: they are worth the signed one."""
    _sign(plan, position, live(position).price + Decimal("1.50"))
    grow(plan, position, 2, rng)
    return "underbilled"


def signed_and_unbilled(plan: Plan, position: Position, rng: Random) -> str:
    """Nobody bills it, and the contract says what it costs: that goes before the catalogue."""
    _sign(plan, position, live(position).price - Decimal("0.25"))
    return never_billed(plan, position, rng)


def signed_once_and_unbilled(plan: Plan, position: Position, rng: Random) -> str:
    """Nobody bills it, and the price that was signed has run out: the catalogue's is left."""
    _sign(plan, position, live(position).price - Decimal("0.25")).valid_to = add_months(plan.first, -1)
    return never_billed(plan, position, rng)


def _sign(plan: Plan, position: Position, price: Decimal) -> Term:
    term = Term(position.client, position.product, price=price, currency=position.client.currency)
    plan.terms.append(term)
    return term
