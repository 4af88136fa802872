"""Counts by the day, as planned: those that a portal states, and those of the days on which a system was read.

Belongs here: the plan objects and the arithmetic of days. Does not belong here: which counts are planted
(`dated_counts.py`, `kept_reads.py`) or the file that states them (`inbox.py`).
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.world.plan import Account
    from sandbox.world.products import Product

_FOUR_PLACES = Decimal("0.0001")


@dataclass(slots=True, eq=False)
class Counts:
    """What a portal counted on each day; `restated` are days for which it said another number at first.

    Days before `counts_from` count nothing: a rule took them out, or the account was not the client's yet.
    """

    account: "Account"
    product: "Product"
    days: dict[date, Decimal]
    restated: dict[date, Decimal] = field(default_factory=dict)
    counts_from: date | None = None

    def quantity(self, first: date, last: date, count_day: int) -> Decimal | None:
        """The quantity from `first` to `last` as the product is counted; None where a day that is needed is missing."""
        return self._counted(self.product.counted_when, first, last, count_day)

    def closing(self, last: date) -> Decimal | None:
        """The count of the last day up to `last` that has one; None where no day has."""
        return self._counted("last_day", last, last, 1)

    def vendor_quantity(self, first: date, last: date, count_day: int) -> Decimal | None:
        """The same by the vendor's own rule; None also where the vendor is not known to have one."""
        when = self.product.vendor_counted_when
        return self._counted(when, first, last, count_day) if when else None

    def _counted(self, when: str, first: date, last: date, count_day: int) -> Decimal | None:
        period = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        counted = [self._on(day) for day in period if day in self.days]
        if when == "fixed_day":
            return self.days.get(first.replace(day=count_day))
        if when == "peak":
            return max(counted) if len(counted) == len(period) else None
        if when == "average":
            return sum(counted, Decimal(0)) / len(period) if len(counted) == len(period) else None
        known = [day for day in self.days if day <= last]
        return self.days[max(known)] if known else None

    def unit_days(self, first: date, last: date) -> Decimal | None:
        """The sum of all days' counts from `first` to `last`; None where a day is missing."""
        counted = [self._on(day) for day in self.days if first <= day <= last]
        return sum(counted, Decimal(0)) if len(counted) == (last - first).days + 1 else None

    def _on(self, day: date) -> Decimal:
        return self.days[day] if self.counts_from is None or day >= self.counts_from else Decimal(0)


@dataclass(slots=True, eq=False)
class Reads:
    """What was found on each day on which a system was read that only tells how things stand; the last day is today."""

    product: "Product"
    found: dict[date, Decimal]

    def quantity(self, first: date, count_day: int, billed: Decimal) -> Decimal | None:
        """The quantity of today's run as the product is counted; None where it is not known.

        Each day has its own run. What a run cannot tell is kept as no count, so the days are gone through in order.
        """
        kept: dict[date, Decimal] = {}
        quantity = None
        for day in sorted(self.found):
            quantity = self._counted(kept | {day: self.found[day]}, first, day, count_day, billed)
            if quantity is not None:
                kept[day] = self.found[day]
        return quantity

    def _counted(
        self, kept: dict[date, Decimal], first: date, today: date, count_day: int, billed: Decimal
    ) -> Decimal | None:
        is_whole = len(kept) == (today - first).days + 1
        when = self.product.counted_when
        if when == "fixed_day":
            return kept.get(first.replace(day=count_day))
        if when == "average":
            return (
                (sum(kept.values(), Decimal(0)) / len(kept)).quantize(_FOUR_PLACES, ROUND_HALF_UP) if is_whole else None
            )
        # A day that was not read may have been higher: then nobody can say that too much is billed.
        peak = max(kept.values())
        return peak if is_whole or billed <= peak else None
