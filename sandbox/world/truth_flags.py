"""The flags that a right reconciliation raises on a position: observations that change no total.

Belongs here: each flag's own test, after the words of docs/glossary.md and docs/rules.md. Does not belong here: classes
and money (`truth_lines.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from sandbox.world import value
from sandbox.world.dates import last_of_month
from sandbox.world.features import INACTIVE_SEATS
from sandbox.world.people import is_inactive, role_of, special_kind
from sandbox.world.plan import A_MONTH, COUNTED, ZERO, Account, Line, Plan, Position
from sandbox.world.products import PAX8
from sandbox.world.rates import converted, rate_on
from sandbox.world.terms import Terms
from sandbox.world.user import User

_CENT = Decimal("0.01")
_RENEWAL_NOTICE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a position when its flags are judged; a quantity of None is unknown."""

    terms: Terms
    billable: list[Line]
    price: Decimal | None
    owned: Decimal | None
    used: Decimal | None
    charged: Decimal | None
    is_believed: bool
    users: list[tuple[Account, User]]
    variance: Decimal | None


def flags_of(plan: Plan, position: Position, facts: Facts) -> tuple[str, ...]:
    """The position's flags in alphabetical order; what rests on quantities or costs only where they can be believed."""
    flags = set(_always(position, facts))
    if facts.is_believed:
        flags |= {*_of_money(plan, position, facts), *_of_quantities(plan, position, facts)}
        flags |= {"rule_difference"} if _differs_by_rule(plan, position) else set()
        flags |= set(flags_of_users(plan, facts.users))
    return tuple(sorted(flags))


def _always(position: Position, facts: Facts) -> Iterator[str]:
    if any(line.price == 0 for line in facts.billable):
        yield "zero_price"
    if _rests_on_a_name(position, facts):
        yield "weak_match"
    if any(counts.restated for counts in position.counts):
        yield "source_restated"
    if any(devices.duplicates for devices in position.devices if devices.account.mapped_by):
        yield "duplicate_device"


def _rests_on_a_name(position: Position, facts: Facts) -> bool:
    """Whether the account that the line is counted by, or one that shows its product, is mapped by its name alone."""
    weak = {a.source for accounts in position.client.accounts.values() for a in accounts if a.is_weakly_mapped}
    return bool(weak) and (
        position.product.source_of(facts.terms.basis) in weak
        or any(devices.account.is_weakly_mapped for devices in position.devices)
    )


def flags_of_users(plan: Plan, users: list[tuple[Account, User]]) -> Iterator[str]:
    """What the people tell who hold the licences that count."""
    if INACTIVE_SEATS in plan.features and any(is_inactive(plan, account, user) for account, user in users):
        yield "inactive_seat"
    kinds = [special_kind(plan, account, user) for account, user in users] if plan.special_users else []
    if ("shared_mailbox", False) in kinds:
        yield "shared_mailbox_licensed"


def _of_money(plan: Plan, position: Position, facts: Facts) -> Iterator[str]:
    if not facts.billable:
        return
    if sum(line.billed > 0 and line.price != 0 for line in facts.billable) > 1:
        yield "possible_double_billing"
    terms, currency = facts.terms, position.client.currency
    if terms.price is not None and any(
        (price, currency) != (terms.price, terms.currency) for _, price in value.net(facts.billable)
    ):
        yield "price_drift"
    if facts.variance == 0 and _amounts_differ(plan, position, facts):
        yield "amount_difference"
    cost = vendor_cost(plan, position)
    if cost is None or facts.price is None:
        return
    recorded = position.product.cost
    # A converted cost hardly ever comes out even: it is recorded in cents, or as finely as the PSA has it.
    unit = min(_CENT, Decimal(1).scaleb(int(recorded.as_tuple().exponent)))
    if recorded != (cost.quantize(unit, ROUND_HALF_UP) if is_abroad(position) else cost):
        yield "cost_drift"
    if terms.margin_floor is not None and (facts.price - cost) * 100 < terms.margin_floor * facts.price:
        yield "margin_below_floor"


def _amounts_differ(plan: Plan, position: Position, facts: Facts) -> bool:
    """Whether the days of a product that is priced by the day come to another amount than its lines bill."""
    if position.product.counted_when != "prorated" or not position.counts:
        return False
    counts, last = position.counts[0], last_of_month(plan.day)
    days, since = counts.days, max(plan.first, counts.counts_from or plan.first)
    month = [since + timedelta(days=n) for n in range((last - since).days + 1)]
    if any(day not in days for day in month if day <= plan.day):
        return False
    due = sum((days[min(day, plan.day)] for day in month), ZERO) * facts.billable[0].price
    billed = sum((line.amount * ((last - max(plan.first, line.effective)).days + 1) for line in facts.billable), ZERO)
    return (due / last.day).quantize(_CENT, ROUND_HALF_UP) != (billed / last.day).quantize(_CENT, ROUND_HALF_UP)


def vendor_cost(plan: Plan, position: Position) -> Decimal | None:
    """What the vendor asks for a unit this month, in the client's currency: as invoiced, else as the subscription says.

    Several subscriptions weigh by their units. None where nobody tells, or where it is asked in another currency and no
    rate leads to the client's.

    Raises:
        ValueError: two subscriptions were planted with two currencies.
    """
    counted = [seats for seats in position.seats if seats.role == COUNTED and seats.account.mapped_by]
    charged = [(seats, seats.charged_on(plan.day)) for seats in counted]
    invoiced = [(units, seats.cost_on(seats.cycle_of(plan.day))) for seats, units in charged if units]
    if not invoiced or any(units is None for _, units in charged):
        invoiced = [(seats.quantity, seats.cost_on(plan.day)) for seats in counted]
    currencies = {seats.charged_in for seats in counted}
    if len(currencies) > 1:
        raise ValueError(f"{position.note!r} at client {position.client.number} holds seats in two currencies")
    if not counted:
        return None
    currency = currencies.pop()
    cost = sum((units * cost for units, cost in invoiced), ZERO) / sum(units for units, _ in invoiced)
    cost = cost.quantize(Decimal("0.000001"), ROUND_HALF_UP)
    own = position.client.currency
    return cost if currency == own else converted(cost, rate_on(plan.rates, plan.day, currency, own))


def is_abroad(position: Position) -> bool:
    """Whether the vendor asks its cost in another currency than the client's."""
    return any(seats.charged_in != position.client.currency for seats in position.seats)


def _by_vendors_rule(plan: Plan, position: Position) -> Decimal | None:
    """What the vendor's own rule counts; None where it has none, or a day that it needs is missing."""
    found = [counts.vendor_quantity(plan.first, plan.day, plan.count_day) for counts in position.counts]
    return found[0] if found else None


def _differs_by_rule(plan: Plan, position: Position) -> bool:
    """Whether contract and vendor count two numbers by rules that differ."""
    theirs = _by_vendors_rule(plan, position)
    return theirs is not None and position.counts[0].quantity(plan.first, plan.day, plan.count_day) != theirs


def _of_quantities(plan: Plan, position: Position, facts: Facts) -> Iterator[str]:
    client, product = position.client, position.product
    # Where the client has no confirmed account, nobody knows what is there: no zero that could be set against anything.
    owned = facts.owned if client.is_mapped(product.owned_source) else None
    used = facts.used if client.is_mapped(product.used_source) else None
    charged = facts.charged if client.is_mapped(product.charged_source) else None
    if owned is None:
        return
    is_charged_by_rule = _differs_by_rule(plan, position) and charged == _by_vendors_rule(plan, position)
    if charged is not None and charged > owned and not is_charged_by_rule:
        yield "vendor_overcharge"
    if used is not None and used > owned:
        yield "over_assigned"
    committed = [seats for seats in position.seats if seats.role == COUNTED and seats.is_committed]
    if used is not None and owned > used + held_beside(plan, position) and committed:
        yield "committed_unused"
    ends = [seats.committed_until(plan.day) for seats in committed]
    if any(end and end <= plan.day + _RENEWAL_NOTICE for end in ends):
        yield "renewal_due"


def held_beside(plan: Plan, position: Position) -> int:
    """Licences that users hold whom a rule leaves out of the count: held all the same."""
    return sum(
        role_of(plan, position.client, sku, user, position.product) != COUNTED
        for sku in position.skus
        if sku.role == COUNTED and sku.account.mapped_by
        for user in sku.holders
    )


def droppable(plan: Plan, position: Position, facts: Facts) -> dict[str, Decimal | None]:
    """How many seats nobody holds and the distributor takes back now: by the month, or in an open window."""
    client, product = position.client, position.product
    counted = [seats for seats in position.seats if seats.role == COUNTED and seats.account.mapped_by]
    is_known = client.is_mapped(product.used_source) and None not in (facts.owned, facts.used)
    if product.owned_source != PAX8 or not counted or not is_known or not facts.is_believed:
        return {}
    assert facts.owned is not None
    assert facts.used is not None
    if facts.owned <= facts.used:
        return {}
    unused = max(ZERO, facts.owned - facts.used - held_beside(plan, position))
    free = (
        seats.quantity
        if seats.commitment == A_MONTH
        or (not seats.commitment and not seats.offer.requires_commitment)
        or (seats.is_committed and seats.can_be_given_back(plan.day))
        else min(seats.quantity, seats.added_lately(plan.day))
        if seats.is_committed
        else ZERO
        for seats in counted
    )
    return {"droppable_quantity": min(unused, sum(free, ZERO))}
