"""Clients that exist for one feature: everything about them is set by hand, so that the right answer is plain.

Belongs here: the verbs that feature modules share. Does not belong here: what a feature plants.
"""

from datetime import timedelta
from decimal import Decimal
from random import Random

from sandbox.world.clients import add_account, new_client
from sandbox.world.counts import Counts
from sandbox.world.dates import add_months
from sandbox.world.holdings import add_agreement, add_line
from sandbox.world.names import company_name
from sandbox.world.plan import Account, Agreement, Client, Plan, Position, Seats, TenantSku
from sandbox.world.products import BY_KEY, GRAPH, PAX8, SEATWATCH
from sandbox.world.streams import guid
from sandbox.world.user import User

# Days that the portal's export reaches back, whatever the day: a file that shrank would be a file that lost rows.
_WINDOW = 60


def feature_client(plan: Plan, note: str, users: int, rng: Random, *sources: str, currency: str = "USD") -> Client:
    """A client, in dollars unless said, with one account in each of `sources` and one agreement without an end."""
    number = plan.next_id("feature client", 42_900)
    client = new_client(plan, number, company_name(number, 0, currency, rng), currency, users)
    client.note = note
    plan.clients.append(client)
    for source in sources:
        if source == SEATWATCH:
            name = f"{client.name.graph} mail"
            client.accounts[source] = [Account(source, f"SW-{number}", name, client.name.domain, client, "rule")]
        else:
            add_account(plan, client, source, rng)
    add_agreement(plan, client, f"Managed Services - {client.name.psa}", rng).end = None
    return client


def billed(
    plan: Plan,
    client: Client,
    key: str,
    quantity: int,
    rng: Random,
    price: Decimal | None = None,
    agreement: Agreement | None = None,
) -> Position:
    """A position with one live line of `quantity`; without one where the quantity is zero."""
    position = client.positions.setdefault(key, Position(client, BY_KEY[key]))
    if quantity:
        add_line(plan, position, quantity, rng, agreement=agreement, price=price)
    return position


def counted(plan: Plan, note: str, key: str, rng: Random, *sources: str) -> Position:
    """A position whose count moves every day about a middle, at a client with accounts in the portal and in `sources`.

    Other months' counts are far off, and count nothing.
    """
    client = feature_client(plan, note, 20, rng, SEATWATCH, *sources)
    position = billed(plan, client, key, 0, rng)
    position.note = note
    length, middle = plan.day.day, rng.randrange(16, 30)
    # Up and down by turns about a middle, so that the average is a whole number and the days differ.
    moves = [(1 if number % 2 else -1) * (1 + number // 2 % 4) for number in range(length - length % 2)]
    days = {
        plan.first + timedelta(days=number): Decimal(middle + move)
        for number, move in enumerate([*moves, 0] if length % 2 else moves)
    }
    before = range(1, _WINDOW - length + 1)
    days |= {plan.first - timedelta(days=number): Decimal(middle + 40 + number % 9) for number in before}
    position.counts.append(Counts(client.accounts[SEATWATCH][0], position.product, days))
    return position


def bought(plan: Plan, position: Position, quantity: int, rng: Random) -> Seats:
    """Seats at the distributor, bought months ago without commitment, charged as owned."""
    product = position.product
    assert product.offer is not None
    seats = Seats(
        id=guid(rng),
        account=position.client.accounts[PAX8][0],
        offer=product.offer,
        vendor_subscription_id=guid(rng),
        steps=[(add_months(plan.first, -5), Decimal(quantity))],
        price=product.price or Decimal("4.85"),
    )
    position.seats.append(seats)
    return seats


def licence(position: Position, account: Account | None = None, own: int = 0) -> TenantSku:
    """The directory's side of a position; users are given it with `staff`."""
    assert position.product.sku is not None
    seats = list(position.seats) if position.product.owned_source == PAX8 else []
    sku = TenantSku(account or position.client.accounts[GRAPH][0], position.product.sku, 0, seats, own)
    position.skus.append(sku)
    return sku


def staff(plan: Plan, account: Account, count: int, *skus: TenantSku, name: str = "person") -> list[User]:
    """`count` people who hold all of `skus` and signed in lately."""
    first = len(account.users) + 1
    users = [
        User(f"{name}{number}@{account.domain}", list(skus), last_active=plan.day)
        for number in range(first, first + count)
    ]
    account.users += users
    return users
