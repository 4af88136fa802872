"""What people of the MSP decided or signed, as plan objects: one class per rule file that plants write.

Belongs here: the decisions. Does not belong here: their rows in the CSV files (`rules.py`) or what they lead to
(`terms.py`, `truth.py`).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.world.plan import Account, Agreement, Client
    from sandbox.world.products import Product


@dataclass(slots=True)
class Exclusion:
    """A row of exclusions.csv; None is any."""

    reason: str
    client: "Client | None" = None
    source: str = "*"
    vendor_product_id: str = "*"
    record_id: str = "*"
    valid_to: date | None = None


@dataclass(slots=True)
class Tolerance:
    """A row of tolerances.csv; without `client` it holds for any."""

    product: "Product"
    units: Decimal
    client: "Client | None" = None
    valid_to: date | None = None


@dataclass(slots=True)
class Term:
    """A row of terms.csv; without `client`, `agreement` or `product` it holds for any, None says nothing.

    With a `group` it holds for the products of the group.
    """

    client: "Client | None"
    product: "Product | None" = None
    agreement: "Agreement | None" = None
    basis: str = ""
    minimum: Decimal | None = None
    scope: str = ""
    pool: str = ""
    price: Decimal | None = None
    currency: str = ""
    margin_floor: Decimal | None = None
    backbill_months: int | None = None
    fixed: Decimal | None = None
    valid_to: date | None = None
    group: str = ""


@dataclass(slots=True)
class Counting:
    """A row of counting.csv for one client: how it counts `product`, whose columns say so."""

    client: "Client"
    product: "Product"


@dataclass(slots=True)
class Split:
    """A row of splits.csv: users of a shared account whose `attribute` has this value belong to `client`."""

    account: "Account"
    attribute: str
    value: str
    client: "Client"
    valid_to: date | None = None


@dataclass(slots=True)
class SpecialUser:
    """A row of special_users.csv; without dates it holds always."""

    account: "Account"
    user_name: str
    kind: str
    needs_licence: bool
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(slots=True)
class BundlePart:
    """A row of bundles.csv; without `client` it holds for any."""

    bundle: "Product"
    component: "Product"
    units: Decimal
    is_driver: bool
    client: "Client | None" = None


@dataclass(slots=True)
class Rate:
    """A row of exchange_rates.csv: what one unit of the first currency is worth in the second."""

    from_currency: str
    to_currency: str
    rate: Decimal
    valid_from: date
    valid_to: date | None = None
