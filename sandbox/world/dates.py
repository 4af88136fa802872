"""Calendar arithmetic and the vendors' ways of writing times.

Belongs here: pure functions on dates. Does not belong here: anything that reads the machine's clock.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time


def first_of_month(day: date) -> date:
    """The first day of `day`'s month."""
    return day.replace(day=1)


def add_months(first: date, months: int) -> date:
    """The first day of the month `months` after the month of `first` (negative: before)."""
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def days_in_month(day: date) -> int:
    """How many days the month of `day` has."""
    return monthrange(day.year, day.month)[1]


def last_of_month(day: date) -> date:
    """The last day of `day`'s month."""
    return day.replace(day=days_in_month(day))


def midnight(day: date) -> str:
    """A day as ConnectWise writes it: a time stamp at midnight."""
    return f"{day.isoformat()}T00:00:00Z"


def stamp(day: date, clock: datetime, hour: int = 8, minute: int = 30) -> str:
    """A time stamp on `day`, never later than `clock`: a vendor does not answer with tomorrow's changes."""
    moment = datetime.combine(day, time(hour, minute, tzinfo=UTC))
    return min(moment, clock).strftime("%Y-%m-%dT%H:%M:%SZ")
