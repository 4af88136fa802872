"""What is wrong between the cells of one contract term (`terms.csv`).

Belongs here: the checks of that one file. Does not belong here: its columns (`files.py`) or single cells (`cells.py`).
"""

from collections.abc import Iterator

from pipelines.rules.declare import ANY, GROUP, Values
from pipelines.rules.errors import plain

_STATED = ("basis", "minimum_quantity", "contract_price", "margin_floor_percent", "backbill_months")


def says_something(values: Values) -> Iterator[tuple[str, str]]:
    """A term without any content would look like a decision and change nothing."""
    if all(values[name] is None for name in _STATED):
        yield "basis", f"is empty, and so are {', '.join(_STATED[1:])}: the term says nothing"


def wide_terms_are_limits(values: Values) -> Iterator[tuple[str, str]]:
    """All clients, or a group of products, have limits in common; what was signed is one client's and one product's."""
    if values["client_id"] == ANY:
        whom = "all clients"
    elif values["product_id"].startswith(GROUP):
        whom = "a group of products"
    else:
        return
    if values["agreement_id"] != ANY:
        yield "agreement_id", f"names one agreement, but the rule is about {whom}; write *"
    for name in ("basis", "minimum_quantity", "contract_price"):
        if values[name] is not None:
            yield name, f"cannot be said of {whom}; write a rule for each client and product that signed it"


def minimum_is_whole(values: Values) -> Iterator[tuple[str, str]]:
    """A minimum needs its scope, a line minimum its product; an agreement minimum its agreement, a pool its name."""
    minimum, scope, pool = values["minimum_quantity"], values["minimum_scope"], values["pool"]
    if minimum is None:
        if scope is not None:
            yield "minimum_scope", "has no effect without a minimum_quantity"
    elif minimum <= 0:
        yield "minimum_quantity", f"{plain(minimum)} is not a minimum; leave it empty where there is none"
    elif scope is None:
        yield "minimum_scope", "is empty, but a minimum holds for a line, an agreement or a pool: say which"
    elif scope == "line" and values["product_id"] == ANY:
        yield "product_id", "is *, but the minimum of a line is the minimum of one product"
    elif scope == "agreement" and values["agreement_id"] == ANY:
        yield "agreement_id", "is *, but the minimum of an agreement is the minimum of one agreement"
    elif scope == "agreement" and values["product_id"] != ANY:
        yield "product_id", "names one product, but the minimum of an agreement holds for all its lines; write *"
    elif scope == "pool" and pool is None:
        yield "pool", "is empty, but a minimum of a pool needs the pool's name"
    elif scope == "pool" and values["product_id"] == ANY:
        yield "product_id", "is *, but a pool is made of the products that name it, one rule each"
    if pool is not None and scope != "pool":
        yield "pool", "has no effect without minimum_scope pool"


def fixed_quantity_is_whole(values: Values) -> Iterator[tuple[str, str]]:
    """A fixed quantity is that of one product, and only of a line whose basis is fixed."""
    quantity = values["fixed_quantity"]
    if quantity is None:
        return
    if quantity < 0:
        yield "fixed_quantity", f"{plain(quantity)} is below zero"
    if values["basis"] != "fixed":
        yield "fixed_quantity", "has no effect unless basis is fixed"
    if values["product_id"] == ANY:
        yield "product_id", "is *, but a fixed quantity is the quantity of one product"


def price_is_whole(values: Values) -> Iterator[tuple[str, str]]:
    """A price is nothing without its product and currency."""
    price, currency = values["contract_price"], values["currency"]
    if price is None:
        if currency is not None:
            yield "currency", "has no effect without a contract_price"
        return
    if price < 0:
        yield "contract_price", f"{plain(price)} is below zero"
    if values["product_id"] == ANY:
        yield "product_id", "is *, but a contract price is the price of one product"
    if currency is None:
        yield "currency", "is empty, but a price needs its currency, for example USD"


def limits_are_possible(values: Values) -> Iterator[tuple[str, str]]:
    """A margin floor is a share of the price, back-billing a number of months."""
    floor, months = values["margin_floor_percent"], values["backbill_months"]
    if floor is not None and not 0 <= floor < 100:
        yield "margin_floor_percent", f"{plain(floor)} is not a margin in percent of the price, from 0 to below 100"
    if months is not None and months < 0:
        yield "backbill_months", f"{months} is not a number of months; 0 means that nothing is billed back"
