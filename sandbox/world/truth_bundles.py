"""What bundles cover at one client: the driver's count, and per component what is covered, missing and beyond.

Belongs here: bundles in force and their coverage rows. Does not belong here: the lines themselves (`truth_lines.py`).
"""

from dataclasses import dataclass, field
from decimal import Decimal

from sandbox.world.agreed import BundlePart
from sandbox.world.model import TruthRow
from sandbox.world.plan import ZERO, Client, Line, Plan, Position
from sandbox.world.products import Product
from sandbox.world.sorting import Sorted


@dataclass(frozen=True, slots=True)
class Cover:
    """One component at one client; None where a source that is needed cannot be believed."""

    bundle: Product
    quantity: Decimal | None
    entitlement: Decimal | None

    @property
    def covered(self) -> Decimal:
        """Units of the component that the bundle pays for."""
        return min(self.quantity or ZERO, self.entitlement or ZERO)

    @property
    def is_known(self) -> bool:
        """Whether both the component and the driver can be counted."""
        return self.quantity is not None and self.entitlement is not None

    def beyond(self, quantity: Decimal | None) -> Decimal | None:
        """What is left of `quantity` when the entitlement is taken off."""
        return None if quantity is None or not self.is_known else max(ZERO, quantity - (self.entitlement or ZERO))


@dataclass(slots=True)
class Coverage:
    """Bundles in force at one client: `drivers` by the bundle's product id, `components` by the component's."""

    drivers: dict[str, Decimal | None] = field(default_factory=dict)
    components: dict[str, Cover] = field(default_factory=dict)


def coverage_of(plan: Plan, client: Client, held: Sorted) -> Coverage:
    """What the bundles that `client` is billed for cover."""
    result = Coverage()
    refused = {a.source for accounts in client.accounts.values() for a in accounts if a.is_refused}
    for position in client.positions.values():
        parts = _parts(plan, client, position.product)
        sold = _charged(position)
        if not parts or not sold:
            continue
        basis, driver = position.product.basis, next(part for part in parts if part.is_driver)
        count = _quantity(driver.component, basis, held, refused)
        beside = _charged(client.positions.get(driver.component.key))
        if beside and count is not None:
            # Who buys the driver by a line of its own is not on the plan; unless all are told, nobody knows who is.
            count = sold if sold + beside == count else None
        result.drivers[position.product.id] = count
        for part in parts:
            quantity = _quantity(part.component, part.component.basis, held, refused)
            entitlement = None if count is None else count * part.units
            result.components[part.component.id] = Cover(position.product, quantity, entitlement)
    return result


def _charged(position: Position | None) -> Decimal:
    """Units that are billed at a price: at none, they are part of a plan."""
    lines = position.lines if position else []
    return sum((line.billed for line in lines if is_charging(line) and line.price), ZERO)


def is_charging(line: Line) -> bool:
    """Whether a line is live and prints an amount or a zero."""
    return line.role == "live" and line.mode == "Billable"


def _parts(plan: Plan, client: Client, bundle: Product) -> list[BundlePart]:
    """The bundle's components at `client`: its own rule goes before the one for any client."""
    parts: dict[str, BundlePart] = {}
    for part in sorted(plan.bundles, key=lambda part: part.client is None):
        if part.bundle is bundle and part.client in (None, client):
            parts.setdefault(part.component.id, part)
    return list(parts.values())


def _quantity(product: Product, basis: str, held: Sorted, refused: set[str]) -> Decimal | None:
    if product.source_of(basis) in refused:
        return None
    tally = held.main.get(product.id)
    return tally.sums.get(basis, ZERO) if tally else ZERO


def coverage_row(client: Client, component_id: str, cover: Cover) -> TruthRow:
    """The coverage part of a component: it adds nothing to the money."""
    zero = ZERO if cover.is_known else None
    missing = (cover.entitlement or ZERO) - cover.covered
    return TruthRow(
        line_key=f"{client.id}|{component_id}|*|bundle",
        client_id=client.id,
        product_id=component_id,
        class_="covered_by_bundle" if cover.is_known else "not_assessed",
        billed=ZERO,
        expected=zero,
        variance=zero,
        owned=None,
        used=None,
        charged=None,
        unit_price=None,
        currency=client.currency,
        revenue_impact=zero,
        note=f"part of {cover.bundle.name}",
        flags=("coverage_gap",) if cover.is_known and missing > 0 else (),
    )
