"""Small worlds: who buys what, what is billed and what vendors say of it.

Belongs here: the parts of a world, their ids, and ways to change one (scale it, add a client). Does not belong here:
its raw rows (`raw_rows`), how worlds are drawn (`strategies`) and what must hold of them (`laws`).

Every system uses the same numbers for its own ids: a join that forgets the system mixes two customers up.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from tests.engine.project import at_midnight

CUTOFF = datetime(2026, 6, 20, 8, tzinfo=UTC)
READ_AT = datetime(2026, 6, 20, 6, tzinfo=UTC)
STALE_AT = READ_AT - timedelta(days=9)
JANUARY, JULY = at_midnight(2026, 1, 1), at_midnight(2026, 7, 1)
VENDORS = ("pax8", "microsoft_graph", "ninjaone")
UNKNOWN_CLIENT = 0


@dataclass(frozen=True)
class Client:
    """A PSA company. Its agreements have the numbers `number * 10 + n`."""

    number: int
    currency: str | None = None


@dataclass(frozen=True)
class Agreement:
    """A contract; `is_cancelled` since May."""

    number: int
    client: int
    currency: str | None = None
    is_cancelled: bool = False


@dataclass(frozen=True)
class Account:
    """A vendor's name for a customer; `client` 0 where nobody has confirmed one."""

    system: str
    number: int
    client: int = UNKNOWN_CLIENT
    is_refused: bool = False


@dataclass(frozen=True)
class Product:
    """A catalogue item; without `basis` it has no counting rule. `mapped`: systems whose product is confirmed."""

    number: int
    basis: str | None = None
    owned: str | None = None
    used: str | None = None
    charged: str | None = None
    inactive_days: int | None = None
    price: Decimal | None = None
    cost: Decimal | None = None
    mapped: tuple[str, ...] = VENDORS
    counts_disabled: bool = True
    counts_guests: bool = True
    counts_special: bool = True


@dataclass(frozen=True)
class Line:
    """A billing line; `state` is live, future or cancelled."""

    number: int
    agreement: int
    product: int
    quantity: Decimal | None
    included: Decimal | None = Decimal(0)
    mode: str | None = "Billable"
    state: str = "live"
    price: Decimal | None = Decimal("8.00")
    cost: Decimal | None = Decimal("5.00")


@dataclass(frozen=True)
class Row:
    """What a vendor says: a subscription, invoice item, SKU or assignment of `quantity`, or one device.

    `state` is the vendor's own word: a subscription's status, an item's type, a device's approval. `age_days` is how
    long a device has not been seen.
    """

    kind: str
    number: int
    account: int
    product: int
    quantity: Decimal | None = Decimal(1)
    state: str | None = None
    age_days: int = 0


@dataclass(frozen=True)
class User:
    """A user of a tenant with a licence of each of `products`; `seen_days` ago signed in last, None: unknown."""

    name: str
    account: int
    products: tuple[int, ...]
    office: str | None = None
    department: str | None = None
    company: str | None = None
    is_disabled: bool = False
    is_guest: bool = False
    seen_days: int | None = None


@dataclass(frozen=True)
class Split:
    """A rule that gives the users of a shared tenant with that attribute to a client."""

    account: int
    value: str
    client: int
    attribute: str = "office"


@dataclass(frozen=True)
class Special:
    """A rule that names a user who is no person."""

    account: int
    name: str
    kind: str
    is_licence_needed: bool = False


@dataclass(frozen=True)
class Exclusion:
    """A rule that takes rows out; None means any. `record` is a record id, or a user's sign-in name."""

    client: int | None = None
    system: str | None = None
    product: int | None = None
    record: str | None = None
    reason: str = "internal use"


@dataclass(frozen=True)
class Bundle:
    """What `product` covers when it is sold: (component, units for each driver unit). The first component drives it."""

    product: int
    components: tuple[tuple[int, Decimal], ...]
    client: int | None = None


@dataclass(frozen=True)
class Minimum:
    """Least units of one agreement, or of a pool of products, of a client."""

    client: int
    quantity: Decimal
    agreement: int | None = None
    pool: tuple[int, ...] = ()


@dataclass(frozen=True)
class World:
    """Everything that a run reads. `faults` gives a source that failed or is stale."""

    clients: tuple[Client, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    accounts: tuple[Account, ...] = ()
    products: tuple[Product, ...] = ()
    lines: tuple[Line, ...] = ()
    rows: tuple[Row, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    users: tuple[User, ...] = ()
    splits: tuple[Split, ...] = ()
    specials: tuple[Special, ...] = ()
    bundles: tuple[Bundle, ...] = ()
    minimums: tuple[Minimum, ...] = ()
    faults: dict[str, str] = field(default_factory=dict)

    def scaled(self, factor: int) -> "World":
        """Every quantity, included quantity and minimum times `factor`; a device or user becomes `factor` of them.

        Minimums scale along: a contract that asks for 20 units of a client twice the size would be another contract.
        """

        def times(quantity: Decimal | None) -> Decimal | None:
            return None if quantity is None else quantity * factor

        rows = []
        for row in self.rows:
            if row.kind == "device":
                rows += [replace(row, number=row.number * 1000 + copy) for copy in range(factor)]
            else:
                rows.append(replace(row, quantity=times(row.quantity)))
        lines = tuple(
            replace(line, quantity=times(line.quantity), included=times(line.included)) for line in self.lines
        )
        users = tuple(replace(user, name=f"{copy}-{user.name}") for user in self.users for copy in range(factor))
        specials = tuple(replace(one, name=f"{copy}-{one.name}") for one in self.specials for copy in range(factor))
        minimums = tuple(replace(minimum, quantity=minimum.quantity * factor) for minimum in self.minimums)
        return replace(self, lines=lines, rows=tuple(rows), users=users, specials=specials, minimums=minimums)

    def joined(self, other: "World") -> "World":
        """This world and the clients, accounts, lines and rows of `other`; products, rules and faults stay."""
        return replace(
            self,
            clients=self.clients + other.clients,
            agreements=self.agreements + other.agreements,
            accounts=self.accounts + other.accounts,
            lines=self.lines + other.lines,
            rows=self.rows + other.rows,
            users=self.users + other.users,
            splits=self.splits + other.splits,
        )


def client_id(number: int) -> str:
    """A client's id in the results."""
    return f"connectwise:{number}"


def product_id(number: int) -> str:
    """A product's id in the results."""
    return f"connectwise:{number}"


def main_line(client: int, product: int) -> str:
    """The key of the line of a client and a product."""
    return f"{client_id(client)}|{product_id(product)}|*"


def account_id(system: str, number: int) -> str:
    """An account's id at its vendor."""
    return f"{number:08d}-0000-4000-8000-000000000000" if system == "microsoft_graph" else str(number)


def vendor_product_id(system: str, number: int) -> str:
    """A product's id at a vendor."""
    return {
        "microsoft_graph": f"{number:08d}-0000-4000-9000-000000000000",
        "pax8": f"P-{number}",
        "ninjaone": f"CLASS_{number}",
    }[system]


def user_name(name: str) -> str:
    """The sign-in name of a user."""
    return f"{name}@tenant.example"


def assignment_id(account: int, product: int, user: str) -> str:
    """The record id of a licence held by a user."""
    tenant, sku = account_id("microsoft_graph", account), vendor_product_id("microsoft_graph", product)
    return f"{tenant}:{sku}:user-{user}"
