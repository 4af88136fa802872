"""The feature `bundles`: complete care, sold by the user, covers a licence, an agent and a backup seat each.

Belongs here: dedicated clients and the bundle's rules. Does not belong here: what is covered (`truth_bundles.py`).
"""

from decimal import Decimal
from random import Random

from sandbox.world.agreed import BundlePart, Exclusion
from sandbox.world.dates import add_months
from sandbox.world.feature_clients import billed, bought, feature_client, licence, staff
from sandbox.world.holdings import add_past_line
from sandbox.world.plan import INFORMATION, Plan, Position
from sandbox.world.products import BY_KEY, GRAPH, PAX8
from sandbox.world.streams import stream

BUNDLE, DRIVER, AGENT, BACKUP = BY_KEY["complete_care"], BY_KEY["m365_e3"], BY_KEY["edr"], BY_KEY["backup"]


def plant_bundles(plan: Plan) -> None:
    """Bundles with gaps, with more than they cover, paid twice, at other terms, out of force and out of sight."""
    rng = stream(plan.seed, "bundles")
    plan.bundles += [
        BundlePart(BUNDLE, DRIVER, Decimal(1), is_driver=True),
        BundlePart(BUNDLE, AGENT, Decimal(1), is_driver=False),
        BundlePart(BUNDLE, BACKUP, Decimal(1), is_driver=False),
    ]
    _guide_example(plan, rng)
    _listed_at_no_price(plan, rng)
    for extra in (0, 2, 3):
        _beyond(plan, extra, rng)
    _paid_twice(plan, rng)
    _two_agents_each(plan, rng)
    _nothing_there(plan, rng)
    _out_of_force(plan, rng)
    _out_of_sight(plan, rng)
    _beside_its_driver(plan, 14, rng)
    _beside_its_driver(plan, 15, rng)


def _client(
    plan: Plan, note: str, users: int, billed_users: int, agents: int, backups: int, rng: Random
) -> dict[str, Position]:
    client = feature_client(plan, note, users, rng, GRAPH, PAX8)
    positions = {"bundle": billed(plan, client, BUNDLE.key, billed_users, rng, price=BUNDLE.price)}
    positions["bundle"].note = note
    for name, product, quantity in (("driver", DRIVER, users), ("agent", AGENT, agents), ("backup", BACKUP, backups)):
        positions[name] = billed(plan, client, product.key, 0, rng)
        if quantity:
            bought(plan, positions[name], quantity, rng)
    sku = licence(positions["driver"])
    staff(plan, sku.account, users, sku)
    return positions


def _guide_example(plan: Plan, rng: Random) -> None:
    """Example H: 27 licensed users, one of them a service account; 25 billed; an agent and two backups are missing."""
    held = _client(plan, "complete care one user short", 27, 25, 25, 24, rng)
    client, sku = held["bundle"].client, held["driver"].skus[0]
    rule = Exclusion("service account of the line-of-business server", client, GRAPH, sku.sku.id, "")
    rule.record_id = sku.account.users[-1].name
    plan.exclusions.append(rule)
    plan.named_users.append(rule)
    held["bundle"].intent = "underbilled"


def _listed_at_no_price(plan: Plan, rng: Random) -> None:
    """The components stand on the agreement for the client to read, at no price."""
    held = _client(plan, "complete care with its parts listed", 8, 8, 8, 8, rng)
    for name in ("driver", "agent", "backup"):
        billed(plan, held[name].client, held[name].product.key, 8, rng, price=Decimal(0))
    held["bundle"].intent = "matched"


def _beyond(plan: Plan, extra_billed: int, rng: Random) -> None:
    """Two agents more than the plan covers: billed not at all, rightly, or one too many."""
    held = _client(plan, f"two agents beyond complete care, {extra_billed} billed", 10, 10, 12, 10, rng)
    billed(plan, held["agent"].client, AGENT.key, extra_billed, rng)
    held["bundle"].intent = "matched"
    held["agent"].intent = {0: "unbilled", 2: "matched", 3: "overbilled"}[extra_billed]


def _paid_twice(plan: Plan, rng: Random) -> None:
    """Backup is part of the plan and is billed beside it."""
    held = _client(plan, "backup billed beside complete care", 6, 7, 6, 6, rng)
    billed(plan, held["backup"].client, BACKUP.key, 3, rng)
    held["bundle"].intent = held["backup"].intent = "overbilled"


def _two_agents_each(plan: Plan, rng: Random) -> None:
    """This client's plan covers two agents for each user."""
    held = _client(plan, "complete care with two agents each", 7, 7, 13, 7, rng)
    plan.bundles.append(BundlePart(BUNDLE, AGENT, Decimal(2), is_driver=False, client=held["bundle"].client))
    held["bundle"].intent = "matched"


def _nothing_there(plan: Plan, rng: Random) -> None:
    """Two parts of the plan were never installed; a suite of its name is bought, and counts nothing."""
    held = _client(plan, "complete care without its parts", 5, 5, 0, 0, rng)
    suite = bought(plan, held["bundle"], 9, rng)
    suite.role, suite.is_charged = INFORMATION, False
    held["bundle"].intent = "matched"


def _out_of_force(plan: Plan, rng: Random) -> None:
    """The plan was cancelled: its parts are products like any other, and nobody bills them."""
    held = _client(plan, "complete care that was cancelled", 6, 0, 6, 6, rng)
    add_past_line(plan, held["bundle"], 6, add_months(plan.first, -1), rng)
    for name in ("driver", "agent", "backup"):
        held[name].note, held[name].intent = held["bundle"].note, "unbilled"


def _out_of_sight(plan: Plan, rng: Random) -> None:
    """The tenant refuses to be read: how many users there are, and what they are entitled to, is not known."""
    held = _client(plan, "complete care behind a tenant that refuses", 6, 6, 6, 6, rng)
    held["bundle"].client.accounts[GRAPH][0].is_refused = True
    held["bundle"].intent = "not_assessed"


def _beside_its_driver(plan: Plan, users: int, rng: Random) -> None:
    """A plan for 6, and 8 more who buy the licence by its own line: 14 match both, of 15 nobody knows whose one is."""
    held = _client(plan, f"complete care for 6 and licences for 8, {users} users", users, 6, 6, 6, rng)
    billed(plan, held["driver"].client, DRIVER.key, 8, rng, price=DRIVER.price)
    held["driver"].note = held["bundle"].note
    held["bundle"].intent = held["driver"].intent = "matched" if users == 14 else "not_assessed"
