"""Plants in prices, costs and terms that change no total: each is there to be flagged, or to be left alone.

Belongs here: what a plant does to prices, costs and commitments, and the class it must get. Each function changes the
position and gives back that class. Does not belong here: quantities to bill (`contract_plants.py`), which client is hit
(`plants.py`).
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from sandbox.world.agreed import Term
from sandbox.world.dates import add_months
from sandbox.world.holdings import adopt, day_in_month, grow
from sandbox.world.line_plants import live
from sandbox.world.plan import A_MONTH, A_YEAR, Plan, Position
from sandbox.world.streams import guid

_CENT = Decimal("0.01")


def _agree(plan: Plan, position: Position, price: Decimal, currency: str = "") -> Term:
    term = Term(position.client, position.product, price=price, currency=currency or position.client.currency)
    plan.terms.append(term)
    return term


def price_moved(plan: Plan, position: Position, rng: Random) -> str:
    """The PSA bills another price than was signed."""
    _agree(plan, position, live(position).price + Decimal(rng.choice(("-0.45", "0.01", "1.10"))))
    return "matched"


def price_kept(plan: Plan, position: Position, rng: Random) -> str:
    """The PSA bills the price that was signed."""
    _agree(plan, position, live(position).price)
    return "matched"


def price_of_old_contract(plan: Plan, position: Position, rng: Random) -> str:
    """Another price was signed once, and has run out."""
    _agree(plan, position, live(position).price - 1).valid_to = add_months(plan.first, -1)
    return "matched"


def price_in_other_currency(plan: Plan, position: Position, rng: Random) -> str:
    """The same number in another currency is another price."""
    _agree(plan, position, live(position).price, "GBP")
    return "matched"


def _renew(plan: Plan, position: Position, cost: Decimal, rng: Random) -> None:
    for seats in position.seats:
        seats.costs.append((day_in_month(add_months(plan.first, -1), rng), cost))


def _floor(plan: Plan, position: Position, percent: int) -> None:
    plan.terms.append(Term(position.client, margin_floor=Decimal(percent)))


def cost_ate_the_margin(plan: Plan, position: Position, rng: Random) -> str:
    """The cost rose at renewal and the PSA does not know: a tenth is left, and the floor is 15 percent (example J)."""
    _renew(plan, position, (live(position).price * Decimal("0.9")).quantize(_CENT), rng)
    _floor(plan, position, 15)
    return "matched"


def cost_moved(plan: Plan, position: Position, rng: Random) -> str:
    """The cost moved at renewal; what is left of the price is enough."""
    _renew(plan, position, position.product.cost - Decimal("0.25"), rng)
    return "matched"


def two_costs(plan: Plan, position: Position, rng: Random) -> str:
    """Two subscriptions of two costs: on the average of their units the margin keeps above the floor."""
    seats = position.seats[0]
    line = live(position)
    line.price = Decimal(22)
    dearer = replace(seats, id=guid(rng), vendor_subscription_id=guid(rng), steps=[*seats.steps], costs=[])
    adopt(position, dearer)
    line.quantity += dearer.quantity
    since = seats.steps[0][0]
    seats.costs, dearer.costs = [(since, Decimal("17.60"))], [(since, Decimal("21.12"))]
    plan.terms.append(Term(position.client, position.product, margin_floor=Decimal(10)))
    return "matched"


def margin_on_the_floor(plan: Plan, position: Position, rng: Random) -> str:
    """A margin exactly at the floor is not below it."""
    live(position).price = Decimal(40)
    _renew(plan, position, Decimal(34), rng)
    plan.terms.append(Term(position.client, position.product, margin_floor=Decimal(15)))
    return "matched"


def sold_below_the_floor(plan: Plan, position: Position, rng: Random) -> str:
    """Nothing moved: the price was too low from the first day."""
    cost = position.product.cost
    live(position).price = (cost * Decimal("1.05")).quantize(_CENT)
    plan.terms.append(Term(position.client, position.product, margin_floor=Decimal(15)))
    return "matched"


def sold_for_nothing(plan: Plan, position: Position, rng: Random) -> str:
    """The line bills the right quantity at no price."""
    live(position).price = Decimal(0)
    return "matched"


def short_and_for_nothing(plan: Plan, position: Position, rng: Random) -> str:
    """A line at no price that is two seats short: the difference is worth nothing, and that is the finding."""
    live(position).price = Decimal(0)
    grow(plan, position, 2, rng)
    return "underbilled"


def commitment_idle(plan: Plan, position: Position, rng: Random) -> str:
    """Billed as bought within a committed year, and some of it is not in use."""
    position.seats[0].commitment = A_YEAR
    position.skus[0].assigned = int(live(position).quantity) - rng.randrange(1, 3)
    return "matched"


def idle_without_commitment(plan: Plan, position: Position, rng: Random) -> str:
    """Some of what is bought is not in use, and nothing was promised for a year."""
    position.seats[0].commitment = ""
    position.skus[0].assigned = int(live(position).quantity) - 1
    return "matched"


def idle_by_the_month(plan: Plan, position: Position, rng: Random) -> str:
    """Seats by the month beside a committed year, and some idle: they can be dropped at once."""
    _end_on(plan, position, plan.day + timedelta(days=120))
    seats, line = position.seats[0], live(position)
    monthly = replace(
        seats, id=guid(rng), vendor_subscription_id=guid(rng), commitment=A_MONTH,
        steps=[(day_in_month(add_months(plan.first, -4), rng), Decimal(3))],
    )  # fmt: skip
    adopt(position, monthly)
    line.quantity += 3
    position.skus[0].assigned = int(line.quantity) - rng.randrange(1, 4)
    return "matched"


def idle_on_monthly_terms(plan: Plan, position: Position, rng: Random) -> str:
    """The term ends within a month and rolls on: nothing is promised, and nothing comes up for renewal."""
    position.seats[0].commitment = A_MONTH
    position.skus[0].assigned = int(live(position).quantity) - 1
    return "matched"


def renewed_within_the_window(plan: Plan, position: Position, rng: Random) -> str:
    """The committed year was renewed within the last seven days: idle seats can still fall."""
    _end_on(plan, position, plan.day - timedelta(days=rng.choice((1, 3, 8))))
    position.skus[0].assigned = int(live(position).quantity) - 1
    return "matched"


def renewed_before_the_window(plan: Plan, position: Position, rng: Random) -> str:
    """The committed year was renewed nine days ago: idle seats stay until the next renewal."""
    _end_on(plan, position, plan.day - timedelta(days=10))
    position.skus[0].assigned = int(live(position).quantity) - 1
    return "matched"


def assigned_beyond(plan: Plan, position: Position, rng: Random) -> str:
    """More licences are assigned than were bought; what was bought is billed."""
    position.skus[0].assigned = position.skus[0].enabled + rng.randrange(1, 3)
    return "matched"


def charged_beyond(plan: Plan, position: Position, rng: Random) -> str:
    """The vendor's newest invoice holds more than the subscription."""
    position.seats[0].overcharge = Decimal(rng.randrange(1, 4))
    return "matched"


def _end_on(plan: Plan, position: Position, last: date) -> None:
    seats = position.seats[0]
    # 29 February has no anniversary: such a term ends a day earlier.
    opened = last + timedelta(days=1 if (last + timedelta(days=1)).strftime("%m%d") != "0229" else 0)
    seats.commitment, seats.steps = A_YEAR, [(opened.replace(year=opened.year - 2), seats.quantity)]


def renews_soon(plan: Plan, position: Position, rng: Random) -> str:
    """The committed year ends within thirty days."""
    _end_on(plan, position, plan.day + timedelta(days=rng.choice((1, 12, 30))))
    return "matched"


def renews_later(plan: Plan, position: Position, rng: Random) -> str:
    """The committed year ends a little later than anybody warns of."""
    _end_on(plan, position, plan.day + timedelta(days=33))
    return "matched"
