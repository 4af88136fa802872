"""The feature `minimums`: least quantities of a whole agreement, or of a pool of products.

Belongs here: dedicated clients and their terms. Does not belong here: how a shortfall falls on lines
(`truth_minimums.py`).
"""

from decimal import Decimal
from random import Random

from sandbox.world.agreed import Term
from sandbox.world.feature_clients import billed, bought, feature_client, licence, staff
from sandbox.world.holdings import add_agreement
from sandbox.world.plan import Client, Plan
from sandbox.world.products import BY_KEY, GRAPH, PAX8
from sandbox.world.streams import stream


def plant_minimums(plan: Plan) -> None:
    """Minimums that are billed, that are not, that are met, that span two agreements, and that nobody can judge."""
    rng = stream(plan.seed, "minimums")
    billed_in_full = _client(plan, "agreement minimum, billed in full", rng, edr=(10, 8), exchange=(5, 5))
    _agreement(plan, billed_in_full, 15)
    _intend(billed_in_full, edr="matched_minimum", exchange="matched")
    short = _client(plan, "agreement minimum, billed by use", rng, edr=(6, 6), exchange=(3, 3))
    _agreement(plan, short, 12)
    _intend(short, edr="underbilled", exchange="matched")
    met = _client(plan, "agreement minimum, met", rng, edr=(7, 7), exchange=(6, 5))
    _agreement(plan, met, 10)
    _intend(met, edr="matched", exchange="overbilled")
    pooled = _client(plan, "pool over two agreements", rng, edr=(10, 9), exchange=(8, 8), second="exchange")
    _pool(plan, pooled, 20, "edr", "exchange")
    _intend(pooled, edr="underbilled", exchange="matched")
    kept = _client(plan, "pool, billed in full", rng, edr=(7, 6), exchange=(6, 5), backup=(4, 4))
    _pool(plan, kept, 13, "edr", "exchange")
    _intend(kept, edr="matched_minimum", exchange="matched_minimum", backup="matched")
    unseen = _client(plan, "agreement minimum behind a tenant that refuses", rng, edr=(9, 9), exchange=(4, 4))
    unseen.accounts[GRAPH][0].is_refused = True
    _agreement(plan, unseen, 20)
    _intend(unseen, edr="not_assessed", exchange="not_assessed")


def _client(plan: Plan, note: str, rng: Random, second: str = "", **counts: tuple[int, int]) -> Client:
    """A client with (billed, there) of each product; `second` is the product on a second agreement."""
    client = feature_client(plan, note, 5, rng, GRAPH, PAX8)
    for key, (billed_quantity, there) in counts.items():
        other = add_agreement(plan, client, f"Cloud - {client.name.psa}", rng) if key == second else None
        position = billed(plan, client, key, billed_quantity, rng, agreement=other or client.agreements[0])
        position.note = note
        bought(plan, position, there, rng)
        if position.product.sku:
            sku = licence(position)
            staff(plan, sku.account, there, sku)
    return client


def _agreement(plan: Plan, client: Client, minimum: int) -> None:
    agreement = client.agreements[0]
    plan.terms.append(Term(client, agreement=agreement, minimum=Decimal(minimum), scope="agreement"))


def _pool(plan: Plan, client: Client, minimum: int, *keys: str) -> None:
    for key in keys:
        term = Term(client, BY_KEY[key], minimum=Decimal(minimum), scope="pool", pool="cloud")
        plan.terms.append(term)


def _intend(client: Client, **classes: str) -> None:
    for key, class_ in classes.items():
        client.positions[key].intent = class_
