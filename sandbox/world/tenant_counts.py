"""The feature `tenant_counts`: what a tenant says of its own licences, where that is too much, too little or twofold.

Belongs here: dedicated clients with such SKUs, beside SKUs that look alike and are right. Does not belong here: who
holds a licence (`special_people.py`), or faults of the transport (`misbehave.py`).
"""

from random import Random

from sandbox.world.agreed import Exclusion
from sandbox.world.feature_clients import billed, bought, feature_client, licence, staff
from sandbox.world.plan import Account, Plan, TenantSku
from sandbox.world.products import GRAPH, PAX8
from sandbox.world.streams import guid, stream

# Sold as owned and as used; the tenant is the only record of what is owned of the first.
_OWNED, _USED = "o365_e3", "m365_e3"


def plant_tenant_counts(plan: Plan) -> None:
    """Each once as the error and, where one is near, once as what must be left alone."""
    rng = stream(plan.seed, "tenant counts")
    _owned(plan, "trial beside the paid units of a SKU", 15, "matched", rng).trial = 25
    _owned(plan, "trial of a SKU that is over", 15, "matched", rng).ended_trial = 25
    direct = _owned(plan, "units of a SKU that the client buys direct", 30, "matched", rng)
    _buys_direct(plan, direct, 10, rng)
    _owned(plan, "one SKU without units", 12, "not_assessed", rng).fault = "units"
    _owned(plan, "one SKU in a state that nobody knows", 12, "not_assessed", rng).fault = "status"
    _owned(plan, "units consumed that no user holds, sold as owned", 14, "matched", rng).unlisted = 4
    _used(plan, "units consumed that no user holds", 9, "not_assessed", rng).unlisted = 4
    missing = _used(plan, "a SKU that users hold and the list lacks", 9, "not_assessed", rng)
    missing.fault = "list"
    _beside(plan, missing, 6, rng)
    _gone(_owned(plan, "a second tenant that is gone, and known to be", 11, "matched", rng), rng)


def _owned(plan: Plan, note: str, quantity: int, intent: str, rng: Random) -> TenantSku:
    """A client that is billed for the units that the tenant itself tells; fewer people hold one."""
    client = feature_client(plan, note, quantity, rng, GRAPH)
    position = billed(plan, client, _OWNED, quantity, rng)
    position.note, position.intent = note, intent
    sku = licence(position, own=quantity)
    staff(plan, sku.account, quantity - 3, sku)
    return sku


def _used(plan: Plan, note: str, quantity: int, intent: str, rng: Random) -> TenantSku:
    """A client that is billed for the people who hold a licence bought at the distributor."""
    client = feature_client(plan, note, quantity, rng, GRAPH, PAX8)
    position = billed(plan, client, _USED, quantity, rng)
    position.note, position.intent = note, intent
    bought(plan, position, quantity + 4, rng)
    sku = licence(position)
    staff(plan, sku.account, quantity, sku)
    return sku


def _beside(plan: Plan, sku: TenantSku, quantity: int, rng: Random) -> None:
    """A sound SKU of the same tenant, which costs nothing of what the other says badly."""
    position = billed(plan, sku.account.client, _OWNED, quantity, rng)
    position.note, position.intent = "a sound SKU beside one that the list lacks", "matched"
    staff(plan, sku.account, quantity, licence(position, own=quantity))


def _gone(sku: TenantSku, rng: Random) -> None:
    """The client's second tenant was deleted; the contract list still names it."""
    client, source = sku.account.client, sku.account.source
    client.accounts[source].append(
        Account(
            source, guid(rng), f"{client.name.graph} old", f"old.{client.name.domain}", client, "rule", is_gone=True
        )
    )


def _buys_direct(plan: Plan, sku: TenantSku, units: int, rng: Random) -> None:
    commerce_id = guid(rng)
    sku.direct[commerce_id] = units
    # A rule written by a person, who took the id from the portal in capitals.
    client = sku.account.client
    plan.exclusions.append(Exclusion("not resold: bought direct", client, GRAPH, record_id=commerce_id.upper()))
