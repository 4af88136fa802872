"""Plants on the vendors' side: seats, trials, direct purchases and devices that the PSA does not know about.

Belongs here: what a plant does to a position's holdings, and the class it must get. Each function changes the position
and gives back that class. Does not belong here: which client is hit (`plants.py`).
"""

from datetime import timedelta
from decimal import Decimal
from random import Random

from sandbox.world.agreed import Exclusion
from sandbox.world.dates import add_months
from sandbox.world.holdings import add_seats, adopt, day_in_month, drop_holdings, grow
from sandbox.world.plan import EXCLUDED, INFORMATION, Plan, Position, Seats
from sandbox.world.products import PAX8


def grown(plan: Plan, position: Position, rng: Random) -> str:
    """More is in use than is billed."""
    grow(plan, position, rng.randrange(1, 5), rng)
    return "underbilled"


def shrunk(plan: Plan, position: Position, rng: Random) -> str:
    """Less is in use than is billed."""
    grow(plan, position, -rng.randrange(1, 3), rng)
    return "overbilled"


def charged_fraction(plan: Plan, position: Position, rng: Random) -> str:
    """The vendor charges half units, so that money falls on half a cent."""
    grow(plan, position, Decimal(rng.choice((1, 3))) / 2, rng)
    return "underbilled"


def vanished(plan: Plan, position: Position, rng: Random) -> str:
    """The client pays for something that no vendor has a record of."""
    drop_holdings(position)
    return "orphan_billing"


def _end(seats: Seats, plan: Plan, rng: Random) -> None:
    seats.status, seats.role = "Cancelled", INFORMATION
    seats.ended = max(seats.steps[-1][0] + timedelta(days=1), day_in_month(add_months(plan.first, -1), rng))
    seats.ended = min(seats.ended, plan.first - timedelta(days=1))


def cancelled_subscription(plan: Plan, position: Position, rng: Random) -> str:
    """The subscription ended last month; the line was not told. Its record is there, so that it is no orphan."""
    _end(position.seats[0], plan, rng)
    position.skus.clear()
    return "overbilled"


def cancelled_and_running(plan: Plan, position: Position, rng: Random) -> str:
    """The subscription was cancelled and runs until its end, some weeks ahead."""
    seats = position.seats[0]
    seats.status, seats.ended = "Cancelled", plan.day + timedelta(days=rng.randrange(1, 40))
    return "matched"


def provisioning(plan: Plan, position: Position, rng: Random) -> str:
    """The vendor's status says that something is still to be done; by its dates the subscription runs."""
    position.seats[0].status = rng.choice(("PendingManual", "PendingAutomated", "WaitingForDetails", "Converted"))
    return "matched"


def billed_once(plan: Plan, position: Position, rng: Random) -> str:
    """A set-up that was bought this month is money, and no seat beside the monthly ones."""
    seats = _add(plan, position, 1, rng)
    seats.billing_term, seats.commitment = rng.choice(("One-Time", "Activation")), ""
    seats.steps, seats.role, seats.is_charged = [(plan.first, Decimal(1))], INFORMATION, False
    return "matched"


def bought_after_the_invoice(plan: Plan, position: Position, rng: Random) -> str:
    """Seats that were bought on the cut-off day, and billed: their first invoice has yet to come."""
    seats = _add(plan, position, 2, rng)
    seats.steps, seats.commitment = [(plan.day, Decimal(2))], ""
    _bill_more(position, 2)
    return "matched"


def charged_anew(plan: Plan, position: Position, rng: Random) -> str:
    """One seat too many was charged, taken back on the next day, and the right ones charged in its place."""
    # On whatever day the world is: the items of an invoice do not change.
    seats = position.seats[0]
    seats.rebilled_from, seats.rebilled_on = seats.quantity + 1, plan.first + timedelta(days=1)
    return "matched"


def charge_taken_back(plan: Plan, position: Position, rng: Random) -> str:
    """The month's charge was taken back to the last unit: the vendor charges nothing, and the seats are owned."""
    position.seats[0].is_taken_back = True
    return "matched"


def taken_back_in_part(plan: Plan, position: Position, rng: Random) -> str:
    """Two seats too many were charged and taken back again: what is left of the charge is what is owned."""
    position.seats[0].overcharge = position.seats[0].taken_back = Decimal(2)
    return "matched"


def taken_back_too_far(plan: Plan, position: Position, rng: Random) -> str:
    """One of the seats that are owned was taken back: the vendor charges one too few, which is no overcharge."""
    position.seats[0].taken_back = Decimal(1)
    return "matched"


def charged_in_tiers(plan: Plan, position: Position, rng: Random) -> str:
    """A tiered price: two items of one subscription for the same days, which add up."""
    seats = position.seats[0]
    seats.first_tier = seats.quantity - 1
    return "matched"


def charged_with_a_fee(plan: Plan, position: Position, rng: Random) -> str:
    """A flat fee stands beside the charge per unit, for the same days: money, not a seat."""
    position.seats[0].has_flat_fee = True
    return "matched"


def _add(plan: Plan, position: Position, quantity: int, rng: Random) -> Seats:
    offer = position.product.offer
    assert offer is not None
    return adopt(position, add_seats(plan, position.client.accounts[PAX8][0], offer, quantity, rng))


def second_subscription(plan: Plan, position: Position, rng: Random) -> str:
    """A second subscription of the same product was ordered and not billed."""
    _add(plan, position, rng.randrange(1, 6), rng)
    return "underbilled"


def _bill_more(position: Position, quantity: int) -> None:
    next(line for line in position.lines if line.role == "live").quantity += quantity


def several_subscriptions(plan: Plan, position: Position, rng: Random) -> str:
    """Three subscriptions of one product add up to the one line."""
    for quantity in (1, 2):
        _add(plan, position, quantity, rng)
        _bill_more(position, quantity)
    return "matched"


def replaced_subscription(plan: Plan, position: Position, rng: Random) -> str:
    """The old subscription was cancelled when its successor began: only the successor counts."""
    successor = _add(plan, position, int(position.seats[0].quantity), rng)
    _end(position.seats[0], plan, rng)
    successor.steps = [(add_months(plan.first, -2), successor.quantity)]
    return "matched"


def own_cycle(plan: Plan, position: Position, rng: Random) -> str:
    """The charge cycle begins on a day of its own: the cycle that holds the cut-off day says what is charged."""
    seats = position.seats[0]
    seats.cycle_day = rng.randrange(2, 29)
    # Seats grew long ago: a cycle of the past would say another number.
    since = seats.steps[0][0]
    seats.steps = [(since, seats.quantity - 1), (max(since, add_months(plan.first, -3)), seats.quantity)]
    return "matched"


def pending_subscription(plan: Plan, position: Position, rng: Random) -> str:
    """Seats that are ordered and start after the cut-off count nothing, whatever their status says."""
    seats = _add(plan, position, 3, rng)
    seats.status, seats.role, seats.is_charged = rng.choice(("PendingManual", "Active")), INFORMATION, False
    seats.steps = [(plan.day + timedelta(days=rng.randrange(1, 20)), Decimal(3))]
    return "matched"


def _exclude(plan: Plan, position: Position, seats: Seats, reason: str) -> None:
    # The client pays the vendor for these itself, so the distributor's invoice shows them for information only.
    seats.role, seats.is_charged = EXCLUDED, False
    plan.exclusions.append(Exclusion(reason, position.client, PAX8, seats.offer.id, seats.id))


def trial(plan: Plan, position: Position, rng: Random) -> str:
    """A trial is excluded by name until it ends; the paid seats beside it are billed."""
    seats = _add(plan, position, 5, rng)
    seats.status = "Trial"
    _exclude(plan, position, seats, "trial, free until it is converted")
    return "matched"


def partly_direct(plan: Plan, position: Position, rng: Random) -> str:
    """The client pays some seats itself: that part is excluded, the rest is one seat short."""
    _exclude(plan, position, _add(plan, position, rng.randrange(2, 6), rng), "not resold: client pays these direct")
    grow(plan, position, 1, rng)
    return "underbilled"


def wholly_direct(plan: Plan, position: Position, rng: Random) -> str:
    """The client buys the product direct: nothing is billed and nothing is due."""
    for line in tuple(position.lines):
        position.lines.remove(line)
        line.agreement.lines.remove(line)
    _exclude(plan, position, position.seats[0], "not resold: client buys direct")
    return "matched" if position.skus else "excluded"


def expired_exclusion(plan: Plan, position: Position, rng: Random) -> str:
    """Seats that were excluded as a trial until last month; the trial ended and nobody billed them."""
    seats = _add(plan, position, 2, rng)
    plan.exclusions.append(
        Exclusion(
            "trial until its end date", position.client, PAX8, seats.offer.id, seats.id, add_months(plan.first, -1)
        )
    )
    return "underbilled"


def excluded_devices(plan: Plan, position: Position, rng: Random) -> str:
    """Two devices are named by a rule: they stand beside the line, not in it."""
    position.devices[0].excluded = 2
    return "matched"


def silent_and_excluded(plan: Plan, position: Position, rng: Random) -> str:
    """Of two devices that a rule names one was not seen for long: it stands beside the line no more than in it."""
    position.devices[0].excluded, position.devices[0].silent_excluded = 2, 1
    return "matched"


def silent_devices(plan: Plan, position: Position, rng: Random) -> str:
    """Devices that were not seen for longer than the rule allows are still billed."""
    position.devices[0].live -= 1
    position.devices[0].stale += 1
    return "overbilled"


def only_silent_devices(plan: Plan, position: Position, rng: Random) -> str:
    """Every device fell silent: nothing is due, yet the vendor has records, so it is no orphan."""
    for devices in position.devices:
        devices.stale, devices.live = devices.stale + devices.live, 0
    return "overbilled"


def in_grace(plan: Plan, position: Position, rng: Random) -> str:
    """Licences past their end and still in grace are owned; nobody billed the last two."""
    sku = position.skus[0]
    sku.warning, sku.own = sku.own + 2, 0
    return "underbilled"
