"""The feature `people`: accounts that are no person, guests, leavers, and one person at two clients.

Belongs here: dedicated clients whose users are set by hand. Does not belong here: what a user counts for (`people.py`).
"""

from random import Random

from sandbox.world.agreed import Exclusion, SpecialUser
from sandbox.world.dates import add_months
from sandbox.world.feature_clients import billed, bought, feature_client, licence, staff
from sandbox.world.plan import Account, Client, Plan, TenantSku
from sandbox.world.products import GRAPH, PAX8
from sandbox.world.streams import stream


def plant_people(plan: Plan) -> None:
    """Every way in which a user counts otherwise than as one person."""
    rng = stream(plan.seed, "people")
    for _ in range(2):
        _left_out(plan, rng)
        _wholly_left_out(plan, rng)
        _shared_mailboxes(plan, rng)
        _two_clients(plan, rng)


def _tenant(
    plan: Plan, note: str, key: str, count: int, billed_quantity: int, rng: Random
) -> tuple[Client, Account, TenantSku]:
    """A client that bought one seat more than its `count` people hold, so that every further user has one."""
    client = feature_client(plan, note, count, rng, GRAPH, PAX8)
    position = billed(plan, client, key, billed_quantity, rng)
    position.note = note
    bought(plan, position, count + 8, rng)
    sku = licence(position)
    staff(plan, sku.account, count, sku)
    return client, sku.account, sku


def _special(plan: Plan, account: Account, sku: TenantSku, kind: str, needs_licence: bool = False) -> SpecialUser:
    user = staff(plan, account, 1, sku, name=kind.replace("_", "-"))[0]
    # Rules are written by people: case does not matter.
    rule = SpecialUser(account, user.name.upper(), kind, needs_licence)
    plan.special_users.append(rule)
    return rule


def _left_out(plan: Plan, rng: Random) -> None:
    """Per-user plan: service, admin, room and kiosk accounts, guests and leavers hold licences and are not billed."""
    count = rng.randrange(6, 12)
    client, account, sku = _tenant(plan, "users left out of the count", "o365_e1", count, count + 3, rng)
    for kind in ("service", "admin", "room", "kiosk"):
        _special(plan, account, sku, kind)
    staff(plan, account, 1, sku)[0].is_enabled = False
    staff(plan, account, 1, sku)[0].is_guest = True
    # A rule that ran out: the account is a person again, and counts.
    _special(plan, account, sku, "service").valid_to = add_months(plan.first, -1)
    client.positions["o365_e1"].intent = "overbilled"


def _wholly_left_out(plan: Plan, rng: Random) -> None:
    """Nobody who counts holds the licence, and somebody pays for it: the vendor has records, so it is no orphan."""
    client, account, sku = _tenant(plan, "only users left out of the count", "o365_e1", 0, 1, rng)
    _special(plan, account, sku, "service")
    client.positions["o365_e1"].intent = "overbilled"


def _shared_mailboxes(plan: Plan, rng: Random) -> None:
    """Shared mailboxes count as long as they hold a licence; one needs it, one does not, one needed it until lately."""
    count = rng.randrange(5, 9)
    client, account, sku = _tenant(plan, "shared mailboxes with licences", "exchange", count, count + 3, rng)
    _special(plan, account, sku, "shared_mailbox", needs_licence=True)
    _special(plan, account, sku, "shared_mailbox")
    lapsed = _special(plan, account, sku, "shared_mailbox", needs_licence=True)
    lapsed.valid_to = add_months(plan.first, -1)
    since = SpecialUser(account, lapsed.user_name, "shared_mailbox", False, valid_from=lapsed.valid_to)
    plan.special_users.append(since)
    # Nobody signs in to a shared mailbox: disabled is what it should be, and no sign of a leaver.
    for user in account.users[-3:]:
        user.is_enabled = False
    client.positions["exchange"].intent = "matched"
    clean = _tenant(plan, "shared mailbox that needs its licence", "exchange", count, count + 1, rng)
    _special(plan, clean[1], clean[2], "shared_mailbox", needs_licence=True)
    clean[0].positions["exchange"].intent = "matched"


def _two_clients(plan: Plan, rng: Random) -> None:
    """One person works for two clients and is billed at the first; the second seat is excluded by sign-in name."""
    count = rng.randrange(4, 8)
    first, _, _ = _tenant(plan, "person billed here", "exchange", count, count, rng)
    second, account, sku = _tenant(plan, "person billed at another client", "exchange", count, count, rng)
    user = staff(plan, account, 1, sku, name="both")[0]
    reason = f"the same person is billed at {first.id}"
    rule = Exclusion(reason, second, GRAPH, sku.sku.id, user.name)
    plan.exclusions.append(rule)
    plan.named_users.append(rule)
    second.positions["exchange"].intent = "matched"
