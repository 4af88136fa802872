"""What a unit, a difference and a wrong price are worth: contract, line and catalogue each in its place.

Belongs here: prices of a line's rows after their credits, and money by them. Does not belong here: quantities and
classes (`truth_lines.py`).
"""

from decimal import ROUND_HALF_UP, Decimal

from sandbox.world.plan import ZERO, Line
from sandbox.world.products import Product
from sandbox.world.terms import Terms

_NO_COINS, _THOUSANDTHS = ("JPY",), ("KWD",)


def coin(currency: str) -> Decimal:
    """The smallest amount that can be paid, of the currencies that a world holds."""
    return Decimal(1) if currency in _NO_COINS else Decimal("0.001") if currency in _THOUSANDTHS else Decimal("0.01")


def net(billable: list[Line]) -> list[tuple[Line, Decimal]]:
    """The lines that bill units with their prices less credits, in the order in which they would change.

    Every planted credit is for all units of the one line that it lowers.
    """
    rows = [line for line in billable if not line.is_credit]
    credited = dict.fromkeys(rows, ZERO)
    for credit in (line for line in billable if line.is_credit):
        (debit,) = (line for line in rows if line.billed == credit.quantity and line.agreement is credit.agreement)
        credited[debit] += credit.price
    rows.sort(key=lambda line: (line.price != 0, line.billed, line.effective, line.id), reverse=True)
    return [(line, line.price + credited[line]) for line in rows]


def of_line(billable: list[Line]) -> Decimal | None:
    """Price of the line that would change; None where nothing is billed."""
    return next((price for _, price in net(billable)), None)


def of_one(product: Product, billable: list[Line], terms: Terms, currency: str) -> Decimal | None:
    """What one unit too few or too many is worth."""
    if _is_signed(terms, currency):
        return terms.price
    paid = of_line(billable)
    return product.price or None if paid is None else paid


def of_difference(
    variance: Decimal | None, price: Decimal | None, billable: list[Line], terms: Terms, currency: str
) -> Decimal | None:
    """What the difference is worth; what is taken off comes from one line after the other, each at its own price."""
    if variance is None or price is None:
        return None
    if variance > 0 or _is_signed(terms, currency):
        return (variance * price).quantize(coin(currency), ROUND_HALF_UP)
    rest, worth = -variance, ZERO
    for line, own in net(billable):
        taken = min(rest, line.billed)
        rest, worth = rest - taken, worth - taken * own
    return worth.quantize(coin(currency), ROUND_HALF_UP)


def drift(billable: list[Line], terms: Terms, currency: str) -> dict[str, Decimal | None]:
    """What the billed units would come to at the signed price, less what they do; fixed where a price was signed."""
    if terms.price is None or not billable:
        return {}
    if not _is_signed(terms, currency):
        return {"price_drift_amount": None}
    apart = sum((line.billed * (terms.price - price) for line, price in net(billable)), ZERO)
    return {"price_drift_amount": apart.quantize(coin(currency), ROUND_HALF_UP)}


def _is_signed(terms: Terms, currency: str) -> bool:
    return terms.price is not None and terms.currency == currency
