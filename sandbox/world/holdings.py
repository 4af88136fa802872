"""Opens and changes what clients hold and what they are billed: the verbs that clients and plants are made with.

Belongs here: building and growing one position, line or subscription. Does not belong here: who gets which
(`clients.py` for the healthy MSP, `plants.py` for the planted errors).
"""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from sandbox.world.dates import add_months
from sandbox.world.plan import A_YEAR, Account, Agreement, Client, Devices, Line, Plan, Position, Seats, TenantSku
from sandbox.world.products import GRAPH, NINJAONE, PAX8, SERVER_CLASSES, WORKSTATION_CLASSES, Offer, Product
from sandbox.world.streams import guid

_CENT = Decimal("0.01")


def add_agreement(plan: Plan, client: Client, name: str, rng: Random) -> Agreement:
    """A live agreement that began one to three years before the month, with or without an end."""
    agreement = Agreement(
        id=plan.next_id("agreement", 4101),
        client=client,
        name=name,
        start=add_months(plan.first, -rng.randrange(14, 38)),
        end=add_months(plan.first, rng.randrange(2, 20)) - timedelta(days=1) if rng.random() < 0.4 else None,
    )
    client.agreements.append(agreement)
    return agreement


def price_for(client: Client, product: Product, rng: Random) -> Decimal:
    """The client's own price: the list price, or one negotiated to an odd cent."""
    price = product.price if product.price else Decimal("4.85") if product.bill_mode == "Billable" else Decimal(0)
    if price and client.number % 2:
        price = (price * Decimal(rng.randrange(91, 108)) / 100).quantize(_CENT)
    return price


def add_line(
    plan: Plan,
    position: Position,
    quantity: Decimal | int,
    rng: Random,
    agreement: Agreement | None = None,
    effective: date | None = None,
    price: Decimal | None = None,
) -> Line:
    """A line that is live on the cut-off day, from the agreement's start unless `effective` says otherwise."""
    agreement = agreement or agreement_for(position)
    line = Line(
        id=plan.next_id("line", 90011),
        agreement=agreement,
        product=position.product,
        quantity=Decimal(quantity),
        price=price_for(position.client, position.product, rng) if price is None else price,
        effective=effective or agreement.start,
        mode=position.product.bill_mode,
        sends_billed_quantity=rng.random() > 0.03,
    )
    agreement.lines.append(line)
    position.lines.append(line)
    return line


def add_past_line(plan: Plan, position: Position, quantity: int, until: date, rng: Random) -> Line:
    """A line that was cancelled on `until`; that day is not billed any more."""
    line = add_line(plan, position, quantity, rng)
    line.cancelled, line.role = until, "past"
    return line


def agreement_for(position: Position) -> Agreement:
    """Microsoft licences stand on the client's last agreement, everything else on the first."""
    # An agreement that is billed by the year, or once, was made for what is planted on it alone.
    agreements = [a for a in position.client.agreements if a.is_live and a.cycle_months == 1]
    return agreements[-1] if position.product.sku else agreements[0]


def day_in_month(first: date, rng: Random) -> date:
    """Some day of the month that `first` begins, neither its first nor one that a short month lacks."""
    return first.replace(day=rng.randrange(2, 29))


def add_seats(
    plan: Plan, account: Account, offer: Offer, quantity: Decimal | int, rng: Random, price: Decimal | None = None
) -> Seats:
    """A live distributor subscription, older than the current month; some grew or shrank on the way."""
    opened = day_in_month(add_months(plan.first, -rng.randrange(3, 22)), rng)
    steps = [(opened, Decimal(quantity))]
    earlier = add_months(plan.first, -2)
    if opened < earlier and rng.random() < 0.4:
        steps.insert(0, (opened, max(Decimal(1), Decimal(quantity) + rng.choice((-2, -1, 1)))))
        steps[1] = (day_in_month(earlier, rng), Decimal(quantity))
    return Seats(
        id=guid(rng),
        account=account,
        offer=offer,
        vendor_subscription_id=guid(rng),
        steps=steps,
        price=(offer.cost * Decimal("1.3")).quantize(_CENT) if price is None else price,
        commitment=A_YEAR if offer.requires_commitment and rng.random() < 0.7 else "",
    )


def open_position(plan: Plan, client: Client, product: Product, quantity: int, rng: Random) -> Position:
    """A healthy position: billed what the basis counts, with the other vendors' records beside it."""
    position = Position(client, product)
    client.positions[product.key] = position
    if client.agreements:
        _bill(plan, position, quantity, rng)
    hold(plan, position, quantity, rng)
    return position


def _bill(plan: Plan, position: Position, quantity: int, rng: Random) -> None:
    if rng.random() < 0.5:
        changed = day_in_month(add_months(plan.first, -rng.randrange(1, 11)), rng)
        add_past_line(plan, position, max(1, quantity + rng.choice((-2, -1, 1, 2))), changed, rng)
        add_line(plan, position, quantity, rng, effective=changed)
    else:
        add_line(plan, position, quantity, rng)


def hold(plan: Plan, position: Position, quantity: int, rng: Random) -> None:
    """Give the position's client vendor records that make the basis count `quantity`."""
    client, product = position.client, position.product
    if product.offer and PAX8 in client.accounts:
        spare = rng.choice((0, 0, 1, 2)) if product.basis == "used" else 0
        account = client.accounts[PAX8][0]
        position.seats.append(add_seats(plan, account, product.offer, quantity + spare, rng))
    if product.sku and GRAPH in client.accounts:
        # Owned licences are not always assigned: a commitment that nobody uses is not a billing error.
        idle = min(rng.choice((0, 0, 0, 1, 2)), quantity - 1) if product.basis == "owned" else 0
        position.skus.append(tenant_sku(client, product, quantity - idle, quantity, position))
    if product.used_source == NINJAONE and NINJAONE in client.accounts:
        _install(position, quantity, rng)


def adopt(position: Position, seats: Seats) -> Seats:
    """Put a subscription under `position` and, where there is one, behind its tenant SKU."""
    position.seats.append(seats)
    if position.skus and position.product.owned_source == PAX8:
        position.skus[0].seats.append(seats)
    return seats


def tenant_sku(client: Client, product: Product, assigned: int, owned: int, position: Position) -> TenantSku:
    """The directory's side of a Microsoft position; a client's second tenant holds its second product, and so on."""
    assert product.sku is not None
    accounts = client.accounts[GRAPH]
    sku = TenantSku(accounts[len(client.positions) % len(accounts)], product.sku, assigned)
    if product.owned_source == PAX8:
        sku.seats = list(position.seats)
        sku.own = 0 if position.seats else owned
    else:
        sku.own = owned
    return sku


def _install(position: Position, quantity: int, rng: Random) -> None:
    classes = SERVER_CLASSES if position.product.key == "rmm_server" else WORKSTATION_CLASSES
    accounts = position.client.accounts[NINJAONE]
    second = quantity // 4
    position.devices.append(Devices(accounts[0], classes[0], quantity - second))
    if second:
        position.devices.append(Devices(accounts[-1], classes[1 % len(classes)], second))
    if position.client.kind == "live" and accounts[0].mapped_by:
        # Records that every RMM gathers: waiting for approval, retired, and silent for more than the rule allows.
        position.devices[0].pending = int(rng.random() < 0.2)
        position.devices[0].retired = int(rng.random() < 0.25)
        position.devices[0].stale = int(rng.random() < 0.25)


def grow(plan: Plan, position: Position, delta: Decimal | int, rng: Random) -> None:
    """Change the basis count by `delta`, last month, without telling the PSA."""
    product = position.product
    if product.basis_source == PAX8:
        _step(plan, position.seats[0], Decimal(delta), rng)
        for sku in position.skus:
            sku.assigned = min(sku.assigned, sku.enabled)
    elif product.basis_source == NINJAONE:
        position.devices[0].live += int(delta)
    elif product.basis == "owned":
        position.skus[0].own += int(delta)
        position.skus[0].assigned = min(position.skus[0].assigned, position.skus[0].own)
    else:
        position.skus[0].assigned += int(delta)
        if position.seats and position.skus[0].assigned > position.skus[0].enabled:
            _step(plan, position.seats[0], Decimal(delta), rng)


def _step(plan: Plan, seats: Seats, delta: Decimal, rng: Random) -> None:
    day = day_in_month(add_months(plan.first, -1), rng)
    seats.steps.append((day, seats.quantity + delta))


def drop_holdings(position: Position) -> None:
    """Nothing of it exists at any vendor."""
    position.seats.clear()
    position.skus.clear()
    position.devices.clear()
