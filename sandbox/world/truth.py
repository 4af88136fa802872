"""The right answer for a plan: every row that a right reconciliation holds, from what was meant, not from payloads.

Belongs here: judgement on plan objects, after the words of docs/glossary.md. Does not belong here: anything that
reads a payload or shares code with the pipeline, or the comparison with a result (`sandbox/score.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from sandbox.world.model import TruthRow
from sandbox.world.plan import EXCLUDED, INFORMATION, ZERO, Account, Client, Line, Plan, Position
from sandbox.world.products import BY_ID, BY_NODE_CLASS, BY_OFFER, BY_SKU, Product

_CENT = Decimal("0.01")
_SIDES = ("owned", "used", "charged")
# A device that is there and counts nothing: retired, or silent for longer than the rule allows.
_SILENT = "silent"


@dataclass(slots=True)
class Holding:
    """One vendor record as meant: a quantity on one side, and how it should count."""

    account: Account
    vendor_product_id: str
    product: Product | None
    side: str
    quantity: Decimal
    role: str

    @property
    def item(self) -> str:
        """The product part of a line key: the product where one is confirmed, else the vendor's own."""
        return self.product.id if self.product else f"{self.account.source}:{self.vendor_product_id}"


@dataclass(slots=True)
class Tally:
    """Sums by side, and the systems that have a record at all."""

    sums: dict[str, Decimal] = field(default_factory=dict)
    sources: set[str] = field(default_factory=set)

    def add(self, holding: Holding) -> None:
        """Take one holding in; of a client's own, only from the product's designated system, or a seat counts twice."""
        designated = getattr(holding.product, f"{holding.side}_source") if holding.product else ""
        is_counted = not holding.account.mapped_by or designated in ("", holding.account.source)
        if holding.role != _SILENT and is_counted:
            self.sums[holding.side] = self.sums.get(holding.side, ZERO) + holding.quantity
        self.sources.add(holding.account.source)


@dataclass(slots=True)
class Sorted:
    """A client's holdings by what becomes of them, each by the item part of the line key."""

    main: dict[str, Tally] = field(default_factory=dict)
    excluded: dict[str, Tally] = field(default_factory=dict)
    unmapped_product: dict[str, Tally] = field(default_factory=dict)
    unmapped_client: dict[tuple[str, str, str], Tally] = field(default_factory=dict)


def judge(plan: Plan) -> list[TruthRow]:
    """Every truth row of the plan, by line_key.

    Raises:
        ValueError: a planted position did not come out as the class that was meant: the world contradicts itself.
    """
    everyone = plan.everyone()
    accounts = [account for client in everyone for held in client.accounts.values() for account in held]
    open_sources = {account.source for account in accounts if not account.mapped_by}
    rows: list[TruthRow] = []
    for client in everyone:
        sorted_ = _sort(plan, client)
        for (source, account_id, item), tally in sorted_.unmapped_client.items():
            rows.append(_open_row(f"{source}:{account_id}|{item}|*", "unmapped_client", tally, client, None))
        for item, tally in sorted_.excluded.items():
            rows.append(_excluded_row(client, item, tally))
        for item, tally in sorted_.unmapped_product.items():
            rows.append(_open_row(f"{client.id}|{item}|*", "unmapped_product", tally, client, client.id))
        for position in client.positions.values():
            row = _position_row(position, sorted_, open_sources)
            if row is not None:
                rows.append(row)
            _check(position, row, sorted_)
    return sorted(rows, key=lambda row: row.line_key)


def _sort(plan: Plan, client: Client) -> Sorted:
    result = Sorted()
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
        charged = seats.on(plan.first) if seats.is_charged else ZERO
        if charged:
            yield Holding(seats.account, seats.offer.id, product, "charged", charged, seats.role)
    for sku in (*client.loose_skus, *(s for p in positions for s in p.skus)):
        if sku.account.is_refused:
            continue
        product = BY_SKU.get(sku.sku.id)
        yield Holding(sku.account, sku.sku.id, product, "owned", Decimal(sku.enabled + sku.warning), sku.role)
        if sku.assigned:
            yield Holding(sku.account, sku.sku.id, product, "used", Decimal(sku.assigned), sku.role)
    for devices in (*client.loose_devices, *(d for p in positions for d in p.devices)):
        product = BY_NODE_CLASS.get(devices.node_class)
        # Nobody can say how an unmapped organization's silent devices should count, so they stand with the rest.
        silent = _SILENT if devices.account.mapped_by else devices.role
        for count, role in (
            (devices.live, devices.role),
            (devices.excluded, EXCLUDED),
            (devices.stale + devices.retired, silent),
        ):
            if count:
                yield Holding(devices.account, devices.node_class, product, "used", Decimal(count), role)


def _position_row(position: Position, held: Sorted, open_sources: set[str]) -> TruthRow | None:
    client, product = position.client, position.product
    lines = [line for line in position.lines if line.role == "live"]
    tally = held.main.get(product.id)
    if not lines and tally is None:
        return None
    tally = tally or Tally()
    billable = [line for line in lines if line.mode == "Billable"]
    billed = sum((line.billed for line in billable), ZERO)
    included = sum((line.included for line in billable), ZERO)
    refused = {a.source for accounts in client.accounts.values() for a in accounts if a.is_refused}
    sides = _sides(product, tally, refused)
    expected: Decimal | None = None
    if not product.basis:
        class_ = "unmapped_product"
    elif product.basis == "fixed":
        class_, expected = "matched", billed
    elif product.basis_source in refused:
        class_ = "not_assessed"
    elif billed > 0 and product.basis_source in open_sources and not client.is_mapped(product.basis_source):
        class_ = "unmapped_client"
    else:
        expected = max(ZERO, (sides[product.basis] or ZERO) - included)
        has_record = product.basis_source in tally.sources or product.id in held.excluded
        class_ = _class(billed, expected, bool(lines), has_record)
    price = _price(product, billable)
    variance = None if expected is None else expected - billed
    return TruthRow(
        line_key=f"{client.id}|{product.id}|*",
        client_id=client.id,
        product_id=product.id,
        class_=class_,
        billed=billed,
        expected=expected,
        variance=variance,
        owned=sides["owned"],
        used=sides["used"],
        charged=sides["charged"],
        unit_price=price,
        currency=client.currency,
        revenue_impact=_impact(variance, price),
        note=position.note or client.note,
    )


def _class(billed: Decimal, expected: Decimal, has_line: bool, has_record: bool) -> str:
    if expected > 0 and not has_line:
        return "unbilled"
    if billed > 0 and expected == 0 and not has_record:
        return "orphan_billing"
    if expected > billed:
        return "underbilled"
    return "overbilled" if expected < billed else "matched"


def _sides(product: Product, tally: Tally, refused: set[str]) -> dict[str, Decimal | None]:
    designated = {"owned": product.owned_source, "used": product.used_source, "charged": product.charged_source}
    return {
        side: None if not source or source in refused else tally.sums.get(side, ZERO)
        for side, source in designated.items()
    }


def _price(product: Product, billable: list[Line]) -> Decimal | None:
    if billable:
        return max(billable, key=lambda line: (line.effective, line.id)).price
    return product.price or None


def _impact(variance: Decimal | None, price: Decimal | None) -> Decimal | None:
    if variance is None or price is None:
        return None
    return (variance * price).quantize(_CENT, ROUND_HALF_UP)


def _open_row(key: str, class_: str, tally: Tally, client: Client, client_id: str | None) -> TruthRow:
    item = key.split("|")[1]
    return TruthRow(
        line_key=key,
        client_id=client_id,
        product_id=item if item.startswith("connectwise:") else None,
        class_=class_,
        billed=ZERO,
        expected=None,
        variance=None,
        owned=tally.sums.get("owned"),
        used=tally.sums.get("used"),
        charged=tally.sums.get("charged"),
        unit_price=None,
        currency=client.currency,
        revenue_impact=None,
        note=client.note or "no product answers to it",
    )


def _excluded_row(client: Client, item: str, tally: Tally) -> TruthRow:
    product = BY_ID.get(item)
    sides = _sides(product, tally, set()) if product else {side: tally.sums.get(side) for side in _SIDES}
    return TruthRow(
        line_key=f"{client.id}|{item}|*|excluded",
        client_id=client.id,
        product_id=item if item.startswith("connectwise:") else None,
        class_="excluded",
        billed=ZERO,
        expected=ZERO,
        variance=ZERO,
        owned=sides["owned"],
        used=sides["used"],
        charged=sides["charged"],
        unit_price=None,
        currency=client.currency,
        revenue_impact=ZERO,
        note="internal use" if client.kind == "internal" else "taken out by a rule",
    )


def _check(position: Position, row: TruthRow | None, held: Sorted) -> None:
    if not position.intent:
        return
    found = row.class_ if row else "excluded" if position.product.id in held.excluded else "no row"
    if found != position.intent:
        where = f"client {position.client.number}, product {position.product.key}"
        raise ValueError(f"{where}: '{position.note}' was meant as {position.intent} and came out as {found}")
