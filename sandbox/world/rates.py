"""The exchange rates that the MSP's people stored, and what money comes to by them.

Belongs here: the rates, and converting as one would by hand. Does not belong here: who is charged in another currency
(`currency_plants.py`) or the rows of the CSV file (`rules.py`).
"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from sandbox.world.agreed import Rate
from sandbox.world.dates import add_months

ABROAD = "GBP"
"""The currency of vendor charges for which a rate is stored, month by month."""
NO_RATE = "SEK"
"""The currency of vendor charges for which there is none: one has run out, and others lead the other way."""
_UNIT = Decimal("0.000001")
# What a pound was worth last month and is worth this month. Last month's were higher: whoever takes the wrong month
# finds margins below their floors that are not.
_POUNDS = {"USD": ("1.34", "1.27"), "CAD": ("1.82", "1.73"), "EUR": ("1.23", "1.17")}
_KRONOR = {"USD": "10.40", "CAD": "7.60", "EUR": "11.20"}


def stored_rates(first: date) -> list[Rate]:
    """All rates that are stored in the month of `first`, for every currency that a client pays in."""
    after = add_months(first, 1)
    rates = []
    for currency, (last_month, this_month) in _POUNDS.items():
        rates.append(Rate(ABROAD, currency, Decimal(last_month), add_months(first, -1), first))
        rates.append(Rate(ABROAD, currency, Decimal(this_month), first, after))
    for currency, kronor in _KRONOR.items():
        rates.append(Rate(currency, NO_RATE, Decimal(kronor), first, after))
    rates.append(Rate(NO_RATE, "USD", Decimal("0.096"), add_months(first, -3), first))
    return rates


def rate_on(rates: list[Rate], day: date, from_currency: str, to_currency: str) -> Decimal | None:
    """The rate in force on `day`; None where none is stored in this direction."""
    for rate in rates:
        is_pair = (rate.from_currency, rate.to_currency) == (from_currency, to_currency)
        if is_pair and rate.valid_from <= day and (rate.valid_to is None or day < rate.valid_to):
            return rate.rate
    return None


def converted(amount: Decimal, rate: Decimal | None) -> Decimal | None:
    """Money of one unit by a rate, to six decimals."""
    return None if rate is None else (amount * rate).quantize(_UNIT, ROUND_HALF_UP)
