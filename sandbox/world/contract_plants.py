"""Plants in the contract: tolerances, minimums, another basis, and dated events that explain a difference.

Belongs here: what a plant signs or dates, and the class it must get. Each function changes the position and gives back
that class. Does not belong here: prices and costs (`cost_plants.py`), which client is hit (`plants.py`).
"""

from decimal import Decimal
from random import Random

from sandbox.world.agreed import Term, Tolerance
from sandbox.world.dates import add_months
from sandbox.world.holdings import add_line, grow
from sandbox.world.line_plants import future, live, never_billed
from sandbox.world.plan import A_YEAR, Plan, Position


def _tolerate(plan: Plan, position: Position, units: int) -> None:
    # The rule for any client ran out, and would hide everything: the client's own is the one in force.
    if not any(rule.client is None and rule.product is position.product for rule in plan.tolerances):
        plan.tolerances.append(Tolerance(position.product, Decimal(50), valid_to=add_months(plan.first, -2)))
    plan.tolerances.append(Tolerance(position.product, Decimal(units), position.client))


def more_within_tolerance(plan: Plan, position: Position, rng: Random) -> str:
    """Two more than billed, and the client's tolerance is exactly two."""
    _tolerate(plan, position, 2)
    grow(plan, position, 2, rng)
    return "matched_tolerance"


def fewer_within_tolerance(plan: Plan, position: Position, rng: Random) -> str:
    """One fewer than billed, within a tolerance of two."""
    _tolerate(plan, position, 2)
    grow(plan, position, -1, rng)
    return "matched_tolerance"


def beyond_tolerance(plan: Plan, position: Position, rng: Random) -> str:
    """Two more than billed, and a tolerance of one."""
    _tolerate(plan, position, 1)
    grow(plan, position, 2, rng)
    return "underbilled"


def unbilled_whatever_tolerance(plan: Plan, position: Position, rng: Random) -> str:
    """A product that nobody bills is a finding however many units are tolerated."""
    _tolerate(plan, position, 99)
    return never_billed(plan, position, rng)


def _minimum(plan: Plan, position: Position, units: Decimal) -> None:
    plan.terms.append(Term(position.client, position.product, minimum=units, scope="line"))


def minimum_holds(plan: Plan, position: Position, rng: Random) -> str:
    """Fewer are used than the contract's minimum, which is what is billed (example D of the domain guide)."""
    _minimum(plan, position, live(position).quantity)
    grow(plan, position, -rng.randrange(1, 3), rng)
    return "matched_minimum"


def minimum_not_billed(plan: Plan, position: Position, rng: Random) -> str:
    """What is used is billed, and the contract's minimum is three more."""
    _minimum(plan, position, live(position).quantity + 3)
    return "underbilled"


def minimum_exceeded(plan: Plan, position: Position, rng: Random) -> str:
    """The minimum lies below what is used, so it says nothing, and one seat is not billed."""
    _minimum(plan, position, live(position).quantity - 1)
    grow(plan, position, 1, rng)
    return "underbilled"


def minimum_after_included(plan: Plan, position: Position, rng: Random) -> str:
    """Included units come off before the minimum applies: two would be left, three is the least."""
    line = live(position)
    line.included = line.quantity - 2
    line.quantity += 1
    _minimum(plan, position, Decimal(3))
    return "matched_minimum"


def minimum_of_last_year(plan: Plan, position: Position, rng: Random) -> str:
    """A minimum that has run out raises nothing."""
    _minimum(plan, position, live(position).quantity + 5)
    plan.terms[-1].valid_to = add_months(plan.first, -1)
    return "matched"


def billed_on_use(plan: Plan, position: Position, rng: Random) -> str:
    """Sold by the seat bought, but this contract counts seats used (example B): nothing is due for the idle ones."""
    idle = rng.randrange(1, 3)
    line = live(position)
    line.quantity -= idle
    position.seats[0].commitment = A_YEAR
    position.skus[0].assigned = int(line.quantity)
    plan.terms.append(Term(position.client, position.product, basis="used"))
    return "matched"


def billed_on_purchase(plan: Plan, position: Position, rng: Random) -> str:
    """Sold by the seat used, but this contract counts what is bought: the idle seats are due."""
    position.skus[0].assigned -= 2
    line = live(position)
    line.quantity = Decimal(position.skus[0].assigned)
    plan.terms.append(Term(position.client, position.product, line.agreement, basis="owned"))
    return "underbilled"


def fixed_by_contract(plan: Plan, position: Position, rng: Random) -> str:
    """The contract fixes the quantity: four more in use change nothing."""
    grow(plan, position, 4, rng)
    plan.terms.append(Term(position.client, position.product, basis="fixed"))
    return "matched"


def billed_beyond_the_fixed(plan: Plan, position: Position, rng: Random) -> str:
    """The contract fixes the quantity and says which; one more is billed, however many are in use."""
    line = live(position)
    plan.terms.append(Term(position.client, position.product, basis="fixed", fixed=line.quantity))
    line.quantity += 1
    return "overbilled"


def billed_as_fixed(plan: Plan, position: Position, rng: Random) -> str:
    """The contract fixes the quantity and says which; that many are billed, and more are in use."""
    grow(plan, position, 4, rng)
    plan.terms.append(Term(position.client, position.product, basis="fixed", fixed=live(position).quantity))
    return "matched"


def grown_within_limit(plan: Plan, position: Position, rng: Random) -> str:
    """Two seats are not billed, and the contract lets one bill two months back (example K)."""
    grow(plan, position, 2, rng)
    plan.terms.append(Term(position.client, position.product, backbill_months=2))
    return "underbilled"


def starts_soon(plan: Plan, position: Position, rng: Random) -> str:
    """Seats were added, and the line for them starts with the next period."""
    added = rng.randrange(1, 4)
    grow(plan, position, added, rng)
    future(plan, position, added, rng)
    return "timing"


def first_line_starts_soon(plan: Plan, position: Position, rng: Random) -> str:
    """Nothing is billed yet; seats came with this period, and the line that bills them starts with the next one."""
    for seats in position.seats:
        seats.steps = [(plan.first, seats.quantity)]
    _first_line_to_come(plan, position, rng)
    return "timing"


def first_line_comes_late(plan: Plan, position: Position, rng: Random) -> str:
    """The first line starts with the next period, and the seats are older than this one: that is no lag."""
    _first_line_to_come(plan, position, rng)
    return "unbilled"


def _first_line_to_come(plan: Plan, position: Position, rng: Random) -> None:
    quantity = live(position).quantity
    never_billed(plan, position, rng)
    future(plan, position, quantity, rng)


def ends_soon(plan: Plan, position: Position, rng: Random) -> str:
    """Seats are gone, and their own line ends with this period."""
    line = live(position)
    line.quantity -= 1
    other = add_line(plan, position, 1, rng, agreement=line.agreement, effective=line.effective, price=line.price)
    other.cancelled = add_months(plan.first, 1)
    grow(plan, position, -1, rng)
    return "timing"


def replaced_soon(plan: Plan, position: Position, rng: Random) -> str:
    """The line ends and another takes its place, for what is there."""
    line = live(position)
    line.cancelled = add_months(plan.first, 1)
    grow(plan, position, 2, rng)
    future(plan, position, line.quantity + 2, rng)
    return "timing"


def starts_too_late(plan: Plan, position: Position, rng: Random) -> str:
    """A line that would fit starts only after the next period is over: no timing."""
    grow(plan, position, 1, rng)
    future(plan, position, 1, rng)
    position.lines[-1].effective = add_months(plan.first, 2)
    return "underbilled"


def starts_too_small(plan: Plan, position: Position, rng: Random) -> str:
    """A line for some of the new seats starts next month; it does not explain the difference wholly."""
    grow(plan, position, 3, rng)
    future(plan, position, 2, rng)
    return "underbilled"
