"""Plants on the PSA's side: lines that are missing, dead, free, doubled, early, late or hold included units.

Belongs here: what a plant does to a position's lines, and the class it must get. Each function changes the position
and gives back that class. Does not belong here: which client is hit (`plants.py`).
"""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from sandbox.world.dates import add_months
from sandbox.world.holdings import add_agreement, add_line, day_in_month, grow
from sandbox.world.plan import Line, Plan, Position


def live(position: Position) -> Line:
    """The position's first live line."""
    return next(line for line in position.lines if line.role == "live")


def _forget(position: Position, line: Line) -> None:
    position.lines.remove(line)
    line.agreement.lines.remove(line)


def never_billed(plan: Plan, position: Position, rng: Random) -> str:
    """The vendor delivers; no line was ever written."""
    for line in tuple(position.lines):
        _forget(position, line)
    return "unbilled"


def _cancel(position: Position, day: date) -> None:
    line = live(position)
    line.cancelled, line.role = day, "past"


def cancelled_long_ago(plan: Plan, position: Position, rng: Random) -> str:
    """Somebody cancelled the line last month and not the licence."""
    line = live(position)
    line.effective = min(line.effective, add_months(plan.first, -3))
    for other in position.lines:
        if other is not line and other.cancelled is not None:
            other.cancelled = line.effective
            other.effective = min(other.effective, line.effective)
    _cancel(position, day_in_month(add_months(plan.first, -1), rng))
    return "unbilled"


def cancelled_on_the_day(plan: Plan, position: Position, rng: Random) -> str:
    """The cancelled day itself is not billed, so on the cut-off day there is no live line."""
    _cancel(position, plan.day)
    return "unbilled"


def future_only(plan: Plan, position: Position, rng: Random) -> str:
    """A line was written, to start next month; it does not fit what is there, or the difference were one of timing."""
    quantity = sum((line.quantity for line in position.lines), Decimal(3))
    never_billed(plan, position, rng)
    future(plan, position, quantity, rng)
    return "unbilled"


def future(plan: Plan, position: Position, quantity: Decimal | int, rng: Random) -> None:
    """Write a line that starts with the next period."""
    line = add_line(plan, position, quantity, rng, effective=add_months(plan.first, 1))
    line.role = "future"


def on_ended_agreement(plan: Plan, position: Position, rng: Random) -> str:
    """The agreement ran out; its line was never closed and charges nothing."""
    line = _move_to_dead_agreement(plan, position, rng)
    line.agreement.end = plan.first - timedelta(days=rng.randrange(3, 40))
    return "unbilled"


def on_cancelled_agreement(plan: Plan, position: Position, rng: Random) -> str:
    """The agreement was cancelled as a whole; its line was never closed."""
    line = _move_to_dead_agreement(plan, position, rng)
    line.agreement.cancelled = plan.first - timedelta(days=rng.randrange(3, 40))
    return "unbilled"


def on_inactive_agreement(plan: Plan, position: Position, rng: Random) -> str:
    """The agreement was put to rest: no date says so, its status does; its line was never closed."""
    _move_to_dead_agreement(plan, position, rng).agreement.status = "Inactive"
    return "unbilled"


def _move_to_dead_agreement(plan: Plan, position: Position, rng: Random) -> Line:
    quantity = live(position).quantity
    never_billed(plan, position, rng)
    agreement = add_agreement(plan, position.client, f"Project {position.product.identifier}", rng)
    agreement.is_live, agreement.end = False, None
    line = add_line(plan, position, quantity, rng, agreement=agreement)
    line.role = "past"
    return line


def above_included(plan: Plan, position: Position, rng: Random) -> str:
    """Units come free up to a number, and the census is one above what is charged beyond it."""
    line = live(position)
    line.included = line.quantity - 2
    grow(plan, position, 1, rng)
    return "underbilled"


def below_included(plan: Plan, position: Position, rng: Random) -> str:
    """The census is below the free units, so nothing is due, and the line still charges."""
    line = live(position)
    census = line.quantity
    line.quantity = census + 6
    line.included = census + 1
    return "overbilled"


def included_right(plan: Plan, position: Position, rng: Random) -> str:
    """Units come free and the rest is charged, as it should be."""
    line = live(position)
    line.included = Decimal(rng.randrange(1, int(line.quantity)))
    return "matched"


def no_charge(plan: Plan, position: Position, rng: Random) -> str:
    """The line is there and prints at zero: nothing is billed for what is used."""
    live(position).mode = "NoCharge"
    return "underbilled"


def do_not_bill(plan: Plan, position: Position, rng: Random) -> str:
    """The line is there and does not print."""
    live(position).mode = "DoNotBill"
    return "underbilled"


def two_lines(plan: Plan, position: Position, rng: Random) -> str:
    """Seats were added as a second line at another price: both are live and add up."""
    line = live(position)
    part = Decimal(rng.randrange(1, int(line.quantity)))
    line.quantity -= part
    price = (line.price * Decimal("0.93")).quantize(Decimal("0.01"))
    later = max(line.effective + timedelta(days=1), day_in_month(add_months(plan.first, -1), rng))
    add_line(plan, position, part, rng, agreement=line.agreement, effective=later, price=price)
    return "matched"


def two_lines_same_day(plan: Plan, position: Position, rng: Random) -> str:
    """Two lines of one day, one seat short: it is worth one of the larger line, of equals of the later one."""
    line = live(position)
    line.quantity -= 1
    price = (line.price * Decimal("1.05")).quantize(Decimal("0.01"))
    add_line(plan, position, 1, rng, agreement=line.agreement, effective=line.effective, price=price)
    grow(plan, position, 1, rng)
    return "underbilled"


def two_agreements(plan: Plan, position: Position, rng: Random) -> str:
    """One product on two agreements of one client: the scope is the client."""
    line = live(position)
    agreement = add_agreement(plan, position.client, f"Addendum {position.product.identifier}", rng)
    part = Decimal(rng.randrange(1, int(line.quantity)))
    line.quantity -= part
    add_line(plan, position, part, rng, agreement=agreement, price=line.price)
    return "matched"


def future_beside(plan: Plan, position: Position, rng: Random) -> str:
    """A line for next month stands beside the live one; it charges nothing yet."""
    future(plan, position, 2, rng)
    return "matched"


def cancelled_later(plan: Plan, position: Position, rng: Random) -> str:
    """The line is cancelled, from a day after the cut-off: it still charges."""
    live(position).cancelled = plan.day + timedelta(days=rng.choice((1, 9, 30)))
    return "matched"
