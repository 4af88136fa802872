"""Daily counts of a portal, as planned.

Belongs here: the plan object and the arithmetic of days. Does not belong here: which counts are planted
(`dated_counts.py`) or the file that states them (`inbox.py`).
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.world.plan import Account
    from sandbox.world.products import Product


@dataclass(slots=True, eq=False)
class Counts:
    """What a portal counted on each day; `restated` are days for which it said another number at first."""

    account: "Account"
    product: "Product"
    days: dict[date, Decimal]
    restated: dict[date, Decimal] = field(default_factory=dict)

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
        counted = [self.days[day] for day in period if day in self.days]
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
        counted = [count for day, count in self.days.items() if first <= day <= last]
        return sum(counted, Decimal(0)) if len(counted) == (last - first).days + 1 else None
