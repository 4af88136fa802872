"""Plants that concern whole vendor accounts and PSA companies: unmapped, refused, recycled, shared by name.

Belongs here: who is whose, and what nobody knows. Does not belong here: quantities that drift (`plants.py`).
"""

from datetime import timedelta
from random import Random

from sandbox.world.clients import add_account, new_client, quantity_for
from sandbox.world.dates import add_months
from sandbox.world.holdings import add_agreement, add_seats, adopt, hold, open_position
from sandbox.world.names import company_name
from sandbox.world.plan import Client, Plan, Position
from sandbox.world.products import BY_KEY, GRAPH, NINJAONE, PAX8, Product
from sandbox.world.streams import stream


def plant_accounts(plan: Plan) -> set[Client]:
    """Plant everything that concerns whole accounts; gives back the clients that no further error belongs on."""
    rng = stream(plan.seed, "accounts")
    size = len(plan.clients)
    pool = [c for c in plan.clients if all(len(c.accounts.get(s, ())) == 1 for s in (GRAPH, PAX8, NINJAONE))]
    rng.shuffle(pool)
    taken: set[Client] = set()
    for source in (GRAPH, PAX8, NINJAONE):
        for client in _take(pool, max(2, size // 25), taken):
            _unmap(client, source)
    for client in _take(pool, max(1, size // 40), taken):
        _refuse(plan, client, rng)
    for client in _take(pool, max(1, size // 60), taken):
        _share_external_id(plan, client, rng)
    managed = [c for c in pool if any(p.product.basis_source == NINJAONE for p in c.positions.values())]
    for client in _take(managed, max(2, size // 30), taken):
        _map_by_name(client)
    for index in range(max(2, size // 30)):
        _add_strays(plan, index, rng)
        _add_former(plan, index, rng)
    _make_families(plan, rng)
    # The PSA keeps the companies that the MSP buys from beside its clients.
    plan.others.append(new_client(plan, 41_900, company_name(41_900, 0, "USD", rng), "USD", 0, kind="vendor"))
    return taken


def _take(pool: list[Client], count: int, taken: set[Client]) -> list[Client]:
    chosen = pool[-count:]
    del pool[-count:]
    taken.update(chosen)
    return chosen


def _unmap(client: Client, source: str) -> None:
    for account in client.accounts[source]:
        account.mapped_by, account.hint = "", ""
    if source == NINJAONE:
        for position in client.positions.values():
            for devices in position.devices:
                devices.retired = 0
    client.note = f"{source} account not confirmed for this client"


def _refuse(plan: Plan, client: Client, rng: Random) -> None:
    client.accounts[GRAPH][0].is_refused = True
    client.note = "tenant refuses: consent was withdrawn"
    for key in ("m365_e3", "exchange", "entra"):
        if key not in client.positions:
            open_position(plan, client, BY_KEY[key], quantity_for(client, key, rng), rng)


def _share_external_id(plan: Plan, client: Client, rng: Random) -> None:
    """Two distributor accounts that carry one PSA id: an id that is not unique proves nothing."""
    client.note = "two Pax8 accounts carry this client's id"
    first = client.accounts[PAX8][0]
    second = add_account(plan, client, PAX8, rng, mapped_by="")
    first.mapped_by = ""
    first.hint = second.hint = str(client.company_id)
    for key in ("edr", "backup"):
        position = client.positions.get(key) or open_position(plan, client, BY_KEY[key], 4, rng)
        offer = BY_KEY[key].offer
        assert offer is not None
        adopt(position, add_seats(plan, second, offer, 2, rng))


def _map_by_name(client: Client) -> None:
    """The rule of its devices' account rests on the likeness of names alone."""
    client.accounts[NINJAONE][0].is_weakly_mapped = True
    client.note = "NinjaOne account mapped by the likeness of names"


def _add_strays(plan: Plan, index: int, rng: Random) -> None:
    """Companies that a vendor knows and the PSA does not."""
    for source, key in ((GRAPH, "o365_e3"), (PAX8, "edr"), (NINJAONE, "rmm_workstation")):
        number = 41_000 + index * 3 + (GRAPH, PAX8, NINJAONE).index(source)
        client = Client(number, 0, company_name(number, 0, "USD", rng), "USD", rng.randrange(3, 9), kind="stray")
        client.note = f"known to {source} only"
        plan.others.append(client)
        account = add_account(plan, client, source, rng, mapped_by="")
        if source == PAX8:
            account.hint = _stale_id(plan, index)
        _hold_only(plan, client, BY_KEY[key], client.users, rng)


def _stale_id(plan: Plan, index: int) -> str:
    """The id of a client whose own account is confirmed by a rule: at a stranger's account it proves nothing."""
    known = [c for c in plan.clients if [a.mapped_by for a in c.accounts.get(PAX8, ())] == ["rule"]]
    return str(known[index % len(known)].company_id) if index < len(known) else ""


def _hold_only(plan: Plan, client: Client, product: Product, quantity: int, rng: Random) -> None:
    position = Position(client, product)
    client.positions[product.key] = position
    hold(plan, position, quantity, rng)


def _add_former(plan: Plan, index: int, rng: Random) -> None:
    """A recycled record (deleted, same name as a live client) and an inactive company, both with dead agreements."""
    twin = plan.clients[(index * 17 + 3) % len(plan.clients)]
    deleted = new_client(plan, twin.number, twin.name, twin.currency, 5, kind="deleted")
    number = 42_000 + index
    inactive = new_client(plan, number, company_name(number, 0, "USD", rng), "USD", 5, kind="inactive")
    for client in (deleted, inactive):
        plan.others.append(client)
        agreement = add_agreement(plan, client, f"Managed Services - {client.name.psa}", rng)
        position = open_position(plan, client, BY_KEY["helpdesk"], 1, rng)
        agreement.is_live = False
        agreement.cancelled = add_months(plan.first, -5) - timedelta(days=1)
        for line in position.lines:
            line.role = "past"
    # The distributor's record still carries the id of the deleted company: never a mapping.
    account = add_account(plan, deleted, PAX8, rng, mapped_by="")
    account.hint = str(deleted.company_id)
    deleted.note = "recycled PSA record: its id is still typed at the distributor"
    _hold_only(plan, deleted, BY_KEY["edr"], 3, rng)


def _make_families(plan: Plan, rng: Random) -> None:
    """Some clients belong to another: the child keeps its own company and its own agreement under the parent's."""
    for number in range(4, len(plan.clients), 14):
        parent, child = plan.clients[number - 1], plan.clients[number]
        if parent.parent is None and parent.currency == child.currency:
            child.parent = parent
            child.agreements[0].parent = parent.agreements[0]
