"""The feature `rule_differences`: what the contract counts by one rule and the vendor by another, out of the same days.

Belongs here: dedicated clients, what they are billed and what the vendor charges. Does not belong here: the arithmetic
of days (`counts.py`).
"""

from decimal import Decimal
from random import Random

from sandbox.world.feature_clients import bought, counted
from sandbox.world.holdings import add_line
from sandbox.world.plan import Plan, Position
from sandbox.world.products import PAX8
from sandbox.world.streams import stream


def plant_rule_differences(plan: Plan) -> None:
    """An average that is charged by its peak, rightly and wrongly; a last day beside a fixed one; no difference."""
    rng = stream(plan.seed, "rule differences")
    _charged(plan, "charged by the vendor's rule", rng)
    _charged(plan, "charged beyond the vendor's rule", rng, beyond=1)
    _charged(plan, "billed by the vendor's rule", rng, is_billed_as_charged=True)
    _steady(plan, rng)
    _with_a_day_missing(plan, rng)
    for short, class_ in ((0, "matched"), (2, "underbilled")):
        _last_day(plan, short, class_, rng)


def _charged(plan: Plan, note: str, rng: Random, beyond: int = 0, *, is_billed_as_charged: bool = False) -> None:
    """As many bought as the average; the vendor charges the peak, and `beyond` it."""
    position = counted(plan, note, "mail_care", rng, PAX8)
    average, peak = _both(plan, position)
    _buy(plan, position, average, peak + beyond, rng)
    add_line(plan, position, peak if is_billed_as_charged else average, rng)
    # On the first of a month average and peak are one number.
    position.intent = "overbilled" if is_billed_as_charged and peak > average else "matched"


def _steady(plan: Plan, rng: Random) -> None:
    """Every day counts the same: two rules, and no difference."""
    position = counted(plan, "two rules, one number", "mail_care", rng, PAX8)
    counts = position.counts[0]
    counts.days = {day: Decimal(17) if day >= plan.first else count for day, count in counts.days.items()}
    _buy(plan, position, Decimal(17), Decimal(17), rng)
    add_line(plan, position, 17, rng)
    position.intent = "matched"


def _with_a_day_missing(plan: Plan, rng: Random) -> None:
    """Neither average nor peak is known, so nothing is said of their difference."""
    position = counted(plan, "two rules, a day missing", "mail_care", rng, PAX8)
    average, peak = _both(plan, position)
    del position.counts[0].days[plan.first]
    # On the first of a month that is the newest day, and the others have it.
    position.counts[0].account.is_refused = plan.first == plan.day
    _buy(plan, position, average, peak, rng)
    add_line(plan, position, average, rng)
    position.intent = "not_assessed"


def _last_day(plan: Plan, short: int, class_: str, rng: Random) -> None:
    """Nobody tells what the vendor charges: that it counts another day is said all the same."""
    position = counted(plan, f"last day beside the vendor's fixed day, {short} short", "mail_basic", rng)
    quantity = position.counts[0].quantity(plan.first, plan.day, plan.count_day)
    assert quantity is not None
    add_line(plan, position, quantity - short, rng)
    position.intent = class_


def _both(plan: Plan, position: Position) -> tuple[Decimal, Decimal]:
    """What the contract and what the vendor counts."""
    counts = position.counts[0]
    ours = counts.quantity(plan.first, plan.day, plan.count_day)
    theirs = counts.vendor_quantity(plan.first, plan.day, plan.count_day)
    assert ours is not None
    assert theirs is not None
    return ours, theirs


def _buy(plan: Plan, position: Position, owned: Decimal, charged: Decimal, rng: Random) -> None:
    seats = bought(plan, position, int(owned), rng)
    seats.overcharge = charged - owned
