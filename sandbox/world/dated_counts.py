"""The feature `dated_counts`: a mail filter that is counted every day, and sold by day, peak, average or by the day.

Belongs here: dedicated clients and their daily counts. Does not belong here: the arithmetic of days (`counts.py`).
"""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from sandbox.world.agreed import Exclusion
from sandbox.world.counts import Counts
from sandbox.world.dates import add_months, days_in_month
from sandbox.world.feature_clients import billed, counted, feature_client
from sandbox.world.holdings import add_line
from sandbox.world.plan import Plan, Position
from sandbox.world.products import SEATWATCH
from sandbox.world.streams import stream

_WAYS = ("mail_last", "mail_fixed", "mail_peak", "mail_average")


def plant_dated_counts(plan: Plan) -> None:
    """Each way of counting, right and wrong; days that are missing; counts that were stated anew; money by days."""
    rng = stream(plan.seed, "counts")
    for key in _WAYS:
        for short, class_ in ((0, "matched"), (2, "underbilled"), (-1, "overbilled")):
            position = counted(plan, f"daily counts, {key}", key, rng)
            quantity = position.counts[0].quantity(plan.first, plan.day, plan.count_day)
            assert quantity is not None
            _bill(plan, position, quantity - short, rng)
            position.intent = class_
    for key in ("mail_average", "mail_average", "mail_prorated"):
        _with_a_day_missing(plan, key, rng)
    for key in ("mail_last", "mail_peak"):
        _restated(plan, key, rng)
    _by_days(plan, billed_by_days=True)
    _by_days(plan, billed_by_days=False)
    _rules_of_the_day(plan)
    _ending(plan)


def _bill(plan: Plan, position: Position, quantity: Decimal, rng: Random) -> None:
    add_line(plan, position, quantity, rng)


def _with_a_day_missing(plan: Plan, key: str, rng: Random) -> None:
    """No average without every day. By the day, the quantity of the last day is known, and the money is not."""
    position = counted(plan, f"daily counts with a day missing, {key}", key, rng)
    del position.counts[0].days[plan.first]
    # On the first of a month that is the newest day, and the others have it.
    position.counts[0].account.is_refused = plan.first == plan.day
    quantity = position.counts[0].quantity(plan.first, plan.day, plan.count_day)
    _bill(plan, position, Decimal(20) if quantity is None else quantity, rng)
    is_known = quantity is not None and not position.counts[0].account.is_refused
    position.intent = "matched" if is_known else "not_assessed"


def _restated(plan: Plan, key: str, rng: Random) -> None:
    """The portal said another number for the last day at first."""
    position = counted(plan, f"daily counts, stated anew, {key}", key, rng)
    counts = position.counts[0]
    counts.restated[plan.day] = counts.days[plan.day] - 1
    quantity = counts.quantity(plan.first, plan.day, plan.count_day)
    assert quantity is not None
    _bill(plan, position, quantity, rng)
    position.intent = "matched"


def _by_days(plan: Plan, *, billed_by_days: bool) -> None:
    """Example E: ten seats, three more from some day on; the quantity agrees and the money need not."""
    rng = stream(plan.seed, "counts", billed_by_days)
    note = f"three seats added within the month, billed {'by days' if billed_by_days else 'as if there all month'}"
    client = feature_client(plan, note, 13, rng, SEATWATCH)
    position = billed(plan, client, "mail_prorated", 0, rng)
    position.note, position.intent = note, "matched"
    added = _added_on(plan)
    days = {
        day: Decimal(13 if day >= added else 10)
        for day in (plan.first + timedelta(days=number) for number in range(plan.day.day))
    }
    position.counts.append(Counts(client.accounts[SEATWATCH][0], position.product, days))
    price = position.product.price
    if billed_by_days and added <= plan.day:
        add_line(plan, position, 10, rng, price=price)
        add_line(plan, position, 3, rng, effective=added, price=price)
    else:
        add_line(plan, position, 13 if added <= plan.day else 10, rng, price=price)


def _rules_of_the_day(plan: Plan) -> None:
    """A trial that ends within the month, and an account that was somebody else's when its count was highest."""
    rng = stream(plan.seed, "counts", "rules of the day")
    begins = _added_on(plan)
    trial = counted(plan, "daily counts, a trial until a day of the month", "mail_prorated", rng)
    counts = trial.counts[0]
    counts.counts_from = begins
    plan.exclusions.append(
        Exclusion("trial", trial.client, SEATWATCH, counts.product.identifier, valid_to=begins),
    )
    _bill(plan, trial, counts.days[plan.day], rng)
    moved = counted(plan, "daily counts, mapped from a day of the month", "mail_peak", rng)
    counts = moved.counts[0]
    counts.counts_from = counts.account.mapped_from = begins
    if begins > plan.first:
        counts.days[plan.first] += 40
    quantity = counts.quantity(plan.first, plan.day, plan.count_day)
    assert quantity is not None
    _bill(plan, moved, quantity, rng)
    trial.intent = moved.intent = "matched"


def _ending(plan: Plan) -> None:
    """An account that is in no count of the last three days; beside it one that only misses the day before the last."""
    rng = stream(plan.seed, "counts", "ending")
    ended = counted(plan, "daily counts that end before the others", "mail_last", rng)
    counts = ended.counts[0]
    counts.account.is_refused = True
    for number in range(3):
        del counts.days[plan.day - timedelta(days=number)]
    _bill(plan, ended, Decimal(20), rng)
    ended.intent = "not_assessed"
    hole = counted(plan, "daily counts with a hole before the last day", "mail_last", rng)
    counts = hole.counts[0]
    del counts.days[plan.day - timedelta(days=1)]
    _bill(plan, hole, counts.days[plan.day], rng)
    hole.intent = "matched"


def _added_on(plan: Plan) -> date:
    """The seventeenth, or the last day where the month is not that far."""
    assert add_months(plan.first, 1) > plan.day
    return plan.first.replace(day=min(17, plan.day.day, days_in_month(plan.first)))
