"""The healthy MSP: its clients, their accounts in every system, their agreements and what they hold.

Belongs here: who exists where, and positions on which every system agrees. Does not belong here: errors
(`plants.py`, `accounts.py`).
"""

from datetime import datetime
from random import Random

from sandbox.world.agreed import Exclusion
from sandbox.world.dates import first_of_month
from sandbox.world.holdings import add_agreement, open_position
from sandbox.world.names import CompanyName, company_name
from sandbox.world.plan import Account, Client, Devices, Plan, TenantSku
from sandbox.world.products import (
    BY_KEY,
    EXCLUDED_CLASSES,
    FREE_SKUS,
    GRAPH,
    NINJAONE,
    PAX8,
    PRIMARY_KEYS,
)
from sandbox.world.rates import stored_rates
from sandbox.world.streams import guid, stream

_SIZES = (4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 20, 27, 38)
_MSP_NAME = "Brightwater IT Services"


def plan_msp(seed: int, count: int, clock: datetime) -> Plan:
    """A healthy MSP with `count` clients at `clock`; the errors come after.

    Raises:
        ValueError: `count` is below one.
    """
    if count < 1:
        raise ValueError(f"a world needs at least one client, not {count}")
    rng = stream(seed, "msp")
    name = CompanyName(_MSP_NAME, _MSP_NAME, _MSP_NAME, _MSP_NAME, "Brightwater", "brightwater.example")
    msp = Client(0, 250, name, "USD", 11, kind="internal")
    plan = Plan(seed, clock, clock.date(), first_of_month(clock.date()), msp)
    plan.last_ids["company"] = 250
    plan.rates = stored_rates(plan.first)
    for source in (GRAPH, PAX8, NINJAONE):
        add_account(plan, msp, source, rng)
    _open_positions(plan, msp, ("standard", "exchange", "edr", "rmm_server", "rmm_workstation"), rng)
    # The MSP keeps its own RMM seats on an agreement that charges nothing: the line is no error and no revenue.
    add_agreement(plan, msp, "Internal", rng)
    open_position(plan, msp, BY_KEY["tool"], 11, rng)
    plan.exclusions.append(Exclusion("internal use by the MSP itself", client=msp))
    _exclude_what_is_free(plan)
    offset = stream(seed, "names").randrange(40_000)
    for number in range(1, count + 1):
        plan.clients.append(_client(plan, number, offset, stream(seed, "client", number)))
    return plan


def add_account(plan: Plan, client: Client, source: str, rng: Random, mapped_by: str | None = None) -> Account:
    """A further account of `client` at a vendor, mapped by id where the vendor allows it, else by a confirmed rule."""
    accounts = client.accounts.setdefault(source, [])
    if mapped_by is None:
        mapped_by = "rule" if source == NINJAONE or accounts or rng.random() < 0.2 else "id"
    suffix = "" if not accounts else f" ({('Branch', 'East', 'Works')[len(accounts) % 3]})"
    domain = client.name.domain if not accounts else client.name.domain.replace(".example", f"-{len(accounts)}.example")
    account = Account(
        source=source,
        id=str(plan.next_id("organization", 12)) if source == NINJAONE else guid(rng),
        name=getattr(client.name, {GRAPH: "graph", PAX8: "pax8", NINJAONE: "ninjaone"}[source]) + suffix,
        domain=domain,
        client=client,
        mapped_by=mapped_by,
        hint=str(client.company_id) if mapped_by == "id" else "",
    )
    accounts.append(account)
    return account


def new_client(plan: Plan, number: int, name: CompanyName, currency: str, users: int, kind: str = "live") -> Client:
    """A company with its own PSA id."""
    return Client(number, plan.next_id("company", 250), name, currency, users, kind)


def _client(plan: Plan, number: int, offset: int, rng: Random) -> Client:
    currency = {5: "CAD", 9: "EUR"}.get(number % 12, "USD")
    client = new_client(plan, number, company_name(number, offset, currency, rng), currency, rng.choice(_SIZES))
    # One in ten is missing from each vendor: not every client buys everything.
    for source, missing in ((GRAPH, 3), (PAX8, 7), (NINJAONE, 8)):
        if number % 10 != missing:
            add_account(plan, client, source, rng)
    if number % 13 == 0:
        add_account(plan, client, GRAPH, rng)
    if number % 13 in (0, 4) and NINJAONE in client.accounts:
        add_account(plan, client, NINJAONE, rng)
    add_agreement(plan, client, f"Managed Services - {client.name.psa}", rng)
    if rng.random() < 0.35:
        add_agreement(plan, client, f"Cloud licences - {client.name.psa}", rng)
    _open_positions(plan, client, _basket(client, rng), rng)
    _add_loose_records(client, rng)
    return client


def _basket(client: Client, rng: Random) -> tuple[str, ...]:
    keys = ["helpdesk"]
    keys += ["firewall"] if rng.random() < 0.5 else []
    keys += ["tool"] if rng.random() < 0.25 else []
    if PAX8 in client.accounts:
        keys += [key for key, share in (("edr", 0.7), ("backup", 0.55)) if rng.random() < share]
    if NINJAONE in client.accounts:
        keys += ["rmm_workstation"] + (["rmm_server"] if rng.random() < 0.75 else [])
    if GRAPH in client.accounts:
        primary = [k for k in PRIMARY_KEYS if PAX8 in client.accounts or k == "o365_e3"]
        keys += rng.sample(primary, min(len(primary), rng.choice((1, 1, 2))))
    if GRAPH in client.accounts and PAX8 in client.accounts:
        keys += [k for k, share in (("exchange", 0.35), ("entra", 0.35), ("defender", 0.3)) if rng.random() < share]
    return tuple(keys)


def _open_positions(plan: Plan, client: Client, keys: tuple[str, ...], rng: Random) -> None:
    for key in keys:
        open_position(plan, client, BY_KEY[key], quantity_for(client, key, rng), rng)


def quantity_for(client: Client, key: str, rng: Random) -> int:
    """A plausible healthy quantity of a product for a client of this size; at least three where it counts things."""
    users = client.users
    if key in ("helpdesk", "firewall"):
        return 1
    if key in ("rmm_server", "backup"):
        return max(3, users // 5)
    if key in ("exchange", "entra", "defender", "voice"):
        return max(3, users // 2)
    if key in PRIMARY_KEYS:
        return max(3, users - rng.randrange(0, 3))
    return max(4, users)


def _add_loose_records(client: Client, rng: Random) -> None:
    """What every client gathers and nobody bills: free licences and network devices, all excluded by rules."""
    if GRAPH in client.accounts and rng.random() < 0.3:
        account = client.accounts[GRAPH][0]
        sku = rng.choice(FREE_SKUS)
        client.loose_skus.append(
            TenantSku(account, sku, rng.randrange(1, 4), own=10_000, role="excluded", is_trial=sku is not FREE_SKUS[0])
        )
    if NINJAONE in client.accounts and rng.random() < 0.4:
        add_devices(client, rng.choice(EXCLUDED_CLASSES), rng.randrange(1, 4), "excluded")


def add_devices(client: Client, node_class: str, count: int, role: str) -> None:
    """Devices of a class that no product counts."""
    client.loose_devices.append(Devices(client.accounts[NINJAONE][0], node_class, count, role=role))


def _exclude_what_is_free(plan: Plan) -> None:
    for sku in FREE_SKUS:
        reason = f"{sku.name} is free of charge"
        plan.exclusions.append(Exclusion(reason, source=GRAPH, vendor_product_id=sku.id))
    for node_class in EXCLUDED_CLASSES:
        reason = f"{node_class} is not sold: seen through its host or monitored as part of the service"
        plan.exclusions.append(Exclusion(reason, source=NINJAONE, vendor_product_id=node_class))
