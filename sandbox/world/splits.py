"""The feature `splits`: one tenant, several clients, told apart by what the directory says of each user.

Belongs here: the shared tenants. Does not belong here: whose a user is (`people.py`).
"""

from sandbox.world.agreed import Split, Term
from sandbox.world.clients import add_account
from sandbox.world.dates import add_months
from sandbox.world.feature_clients import billed, feature_client, staff
from sandbox.world.plan import Account, Client, Plan, TenantSku
from sandbox.world.products import BY_KEY, GRAPH
from sandbox.world.streams import stream


def plant_splits(plan: Plan) -> None:
    """Two tenants of three clients each: one by office (example I of the domain guide), one by department."""
    _share(plan, "office", (25, 20, 12), 3, ("Leeds", "York", "Hull"))
    _share(plan, "department", (8, 6, 5), 2, ("Bakery", "Dairy", "Transport"))


def _share(plan: Plan, attribute: str, counts: tuple[int, ...], rest: int, values: tuple[str, ...]) -> None:
    rng = stream(plan.seed, "splits", attribute)
    clients = [feature_client(plan, f"shares a tenant by {attribute}", count, rng) for count in counts]
    account = add_account(plan, clients[0], GRAPH, rng, mapped_by="split")
    for other in clients[1:]:
        other.accounts[GRAPH] = [account]
    total = sum(counts) + rest
    skus = [_sku(plan, account, key, total) for key in ("exchange", "o365_e3")]
    for client, value, count in zip(clients, values, counts, strict=True):
        # The rule and the directory were typed by two people.
        plan.splits.append(Split(account, attribute, value.upper(), client))
        for user in staff(plan, account, count, *skus):
            setattr(user, attribute, f"{value} " if count % 2 else value)
    former = Split(account, attribute, "Closed", clients[0], valid_to=add_months(plan.first, -1))
    plan.splits.append(former)
    staff(plan, account, rest, *skus)
    # One of the rest stands in an office that a rule named until lately.
    setattr(account.users[-1], attribute, "Closed")
    _bill(plan, clients, counts)


def _sku(plan: Plan, account: Account, key: str, total: int) -> TenantSku:
    sku = BY_KEY[key].sku
    assert sku is not None
    shared = TenantSku(account, sku, 0, own=total)
    plan.shared_skus.append(shared)
    return shared


def _bill(plan: Plan, clients: list[Client], counts: tuple[int, ...]) -> None:
    """Assigned licences can be told apart, owned ones cannot: who is billed on what is owned is not assessed."""
    rng = stream(plan.seed, "splits", clients[0].number)
    for number, (client, count) in enumerate(zip(clients, counts, strict=True)):
        assigned = billed(plan, client, "exchange", count - (0, 2, -1)[number], rng)
        assigned.intent = ("matched", "underbilled", "overbilled")[number]
        owned = billed(plan, client, "o365_e3", count, rng)
        owned.intent = "not_assessed"
        if number:
            plan.terms.append(Term(client, owned.product, basis="used"))
            owned.intent = "matched"
