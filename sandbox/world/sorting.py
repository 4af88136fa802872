"""What becomes of each vendor record of a client, as meant: counted, excluded, or known to nobody.

Belongs here: sorting plan objects into the parts of the comparison. Does not belong here: what follows from the parts
(`truth.py`, `truth_lines.py`), or anything that reads a payload.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from sandbox.world.people import client_by_split, role_of
from sandbox.world.plan import COUNTED, EXCLUDED, INFORMATION, SILENT, ZERO, Account, Client, Plan, TenantSku
from sandbox.world.products import BY_NODE_CLASS, BY_OFFER, BY_SKU, GRAPH, Product
from sandbox.world.user import User


@dataclass(slots=True)
class Holding:
    """One vendor record as meant: a quantity on one side, and how it should count."""

    account: Account
    vendor_product_id: str
    product: Product | None
    side: str
    quantity: Decimal
    role: str
    user: User | None = None

    @property
    def item(self) -> str:
        """The product part of a line key: the product where one is confirmed, else the vendor's own."""
        return self.product.id if self.product else f"{self.account.source}:{self.vendor_product_id}"


@dataclass(slots=True)
class Tally:
    """Sums by side, the systems that have a record at all, and the users whose licences are in the sums.

    `rests_on_a_name`: one of the records stands in an account that is mapped by its name alone.
    """

    sums: dict[str, Decimal] = field(default_factory=dict)
    sources: set[str] = field(default_factory=set)
    users: list[tuple[Account, User]] = field(default_factory=list)
    rests_on_a_name: bool = False

    def add(self, holding: Holding) -> None:
        """Take one holding in; of a client's own, only from the product's designated system, or a seat counts twice."""
        designated = getattr(holding.product, f"{holding.side}_source") if holding.product else ""
        is_counted = not holding.account.mapped_by or designated in ("", holding.account.source)
        if holding.role != SILENT and is_counted:
            self.sums[holding.side] = self.sums.get(holding.side, ZERO) + holding.quantity
            if holding.user is not None:
                self.users.append((holding.account, holding.user))
        self.sources.add(holding.account.source)
        self.rests_on_a_name = self.rests_on_a_name or holding.account.is_weakly_mapped


@dataclass(slots=True)
class Sorted:
    """A client's holdings by what becomes of them, each by the item part of the line key.

    `uncounted` are products whose quantity nobody can tell, for want of a day's count, `uninvoiced` those that await an
    invoice, and `ended` those of which the distributor has a record that counts nothing; `unknown` are sides of
    products that their source says badly.
    """

    main: dict[str, Tally] = field(default_factory=dict)
    excluded: dict[str, Tally] = field(default_factory=dict)
    unmapped_product: dict[str, Tally] = field(default_factory=dict)
    unmapped_client: dict[tuple[str, str, str], Tally] = field(default_factory=dict)
    uncounted: set[str] = field(default_factory=set)
    unknown: set[tuple[str, str]] = field(default_factory=set)
    uninvoiced: set[str] = field(default_factory=set)
    ended: set[str] = field(default_factory=set)


def sort_holdings(plan: Plan, client: Client) -> Sorted:
    """Every vendor record of `client`, by what becomes of it."""
    result = Sorted()
    result.uncounted = {
        counts.product.id
        for position in client.positions.values()
        for counts in position.counts
        if counts.quantity(plan.first, plan.day, plan.count_day) is None
    }
    result.unknown = {
        (position.product.id, side)
        for position in client.positions.values()
        for side in ("owned", "used")
        if any(sku.is_unknown(side) for sku in position.skus) and getattr(position.product, f"{side}_source") == GRAPH
    }
    for position in client.positions.values():
        for seats in (s for s in position.seats if s.account.mapped_by):
            if seats.role == INFORMATION:
                result.ended.add(position.product.id)
            elif seats.role == COUNTED and seats.charged_on(plan.day) is None:
                result.uninvoiced.add(position.product.id)
    for holding in _holdings(plan, client):
        account, item = holding.account, holding.item
        if not account.mapped_by:
            result.unmapped_client.setdefault((account.source, account.id, item), Tally()).add(holding)
        elif holding.role == EXCLUDED or client.kind == "internal":
            result.excluded.setdefault(item, Tally()).add(holding)
        elif holding.product is None:
            result.unmapped_product.setdefault(item, Tally()).add(holding)
        elif getattr(holding.product, f"{holding.side}_source") == account.source:
            result.main.setdefault(item, Tally()).add(holding)
    return result


def _holdings(plan: Plan, client: Client) -> Iterator[Holding]:
    positions = client.positions.values()
    for seats in (*client.loose_seats, *(s for p in positions for s in p.seats)):
        product = BY_OFFER.get(seats.offer.id)
        if seats.role != INFORMATION:
            yield Holding(seats.account, seats.offer.id, product, "owned", seats.quantity, seats.role)
        charged = seats.charged_on(plan.day)
        if charged:
            yield Holding(seats.account, seats.offer.id, product, "charged", charged, seats.role)
    counted_people: set[tuple[str, int]] = set()
    for sku in (*client.loose_skus, *(s for p in positions for s in p.skus)):
        if sku.account.is_refused:
            continue
        product = _as_counted_at(client, BY_SKU.get(sku.sku.id))
        units = sku.enabled + sku.warning - sku.not_ours
        if sku.fault != "list":
            yield Holding(sku.account, sku.sku.id, product, "owned", Decimal(units), sku.role)
        # Where another system tells what is owned, the tenant's subscriptions are no part of any line.
        if sku.not_ours and product is not None and product.owned_source == GRAPH:
            yield Holding(sku.account, sku.sku.id, product, "owned", Decimal(sku.not_ours), EXCLUDED)
        for user in sku.holders:
            role = role_of(plan, client, sku, user, product)
            if product is not None and product.counts_people and role == COUNTED:
                # Whoever holds several licences of it is one person.
                role = SILENT if (product.id, id(user)) in counted_people else COUNTED
                counted_people.add((product.id, id(user)))
            yield Holding(sku.account, sku.sku.id, product, "used", Decimal(1), role, user)
    for shared in plan.shared_skus:
        yield from shared_holdings(plan, shared, client)
    for counts in (c for p in positions for c in p.counts):
        # What stands at the vendor is the last day's, whatever days the contract counts.
        quantity = counts.closing(plan.day)
        if quantity is not None:
            yield Holding(counts.account, "", counts.product, "used", quantity, COUNTED)
    for devices in (*client.loose_devices, *(d for p in positions for d in p.devices)):
        product = BY_NODE_CLASS.get(devices.node_class)
        # A silent device is silent by the rule of its product, whosever it is; without a product there is no rule.
        silent = SILENT if devices.account.mapped_by or product else devices.role
        shows_no_silent = not devices.account.mapped_by or client.kind == "internal"
        for count, role in (
            (devices.live, devices.role),
            (devices.excluded - devices.silent_excluded, EXCLUDED),
            (devices.stale + devices.retired + devices.silent_excluded, silent),
        ):
            if count and not (role == SILENT and shows_no_silent):
                yield Holding(devices.account, devices.node_class, product, "used", Decimal(count), role)


def _as_counted_at(client: Client, product: Product | None) -> Product | None:
    """The product with the client's own counting rule, where it has one."""
    position = client.positions.get(product.key) if product else None
    return position.product if position else product


def shared_holdings(plan: Plan, sku: TenantSku, client: Client | None) -> Iterator[Holding]:
    """The licences of a shared tenant whose holders belong to `client`; None: to nobody by any rule."""
    product = BY_SKU.get(sku.sku.id)
    for user in sku.holders:
        if client_by_split(plan, sku.account, user) is client:
            yield Holding(sku.account, sku.sku.id, product, "used", Decimal(1), sku.role, user)
