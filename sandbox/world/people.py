"""Who uses a tenant: users that hold its licences, with offices, leavers and people who have not been seen for long.

Belongs here: users of ordinary tenants, and what a user counts for. Does not belong here: users that a feature plans by
hand (its own module), or their payload (`microsoft_graph.py`).
"""

from datetime import date, timedelta
from random import Random

from sandbox.world.plan import COUNTED, EXCLUDED, SILENT, Account, Client, Plan, TenantSku
from sandbox.world.products import GRAPH, Product
from sandbox.world.streams import stream
from sandbox.world.user import User

_OFFICES = ("Head office", "Warehouse", "Showroom", "")
_DEPARTMENTS = ("Sales", "Accounts", "Operations", "")
_DORMANT_DAYS = 90


def plan_users(plan: Plan) -> None:
    """Give every tenant its users; where a feature planned them by hand, only tell each licence who holds it."""
    for client in plan.everyone():
        for account in client.accounts.get(GRAPH, ()):
            if account.client is not client:
                continue
            skus = [*(s for p in client.positions.values() for s in p.skus), *client.loose_skus]
            skus = [sku for sku in skus if sku.account is account]
            if not account.users:
                _fill(plan, account, skus)
            _hand_out(account)


def _hand_out(account: Account) -> None:
    for user in account.users:
        for sku in user.licences:
            sku.holders.append(user)
    for sku in {id(sku): sku for user in account.users for sku in user.licences}.values():
        sku.assigned = len(sku.holders)


def _fill(plan: Plan, account: Account, skus: list[TenantSku]) -> None:
    """Users that hold each SKU exactly `assigned` times: seat licences side by side, add-ons on top of them."""
    held: list[list[TenantSku]] = []
    for sku in skus:
        if not sku.sku.is_addon:
            held.extend([sku] for _ in range(sku.assigned))
    for sku in skus:
        if sku.sku.is_addon:
            held.extend([] for _ in range(sku.assigned - len(held)))
            for licences in held[: sku.assigned]:
                licences.append(sku)
    # The last is a user without any licence: in the directory, in no count.
    held.append([])
    rng = stream(plan.seed, "people", account.id)
    for number, licences in enumerate(held, start=1):
        account.users.append(_user(plan.day, f"user{number}@{account.domain}", licences, rng))


def _user(day: date, name: str, licences: list[TenantSku], rng: Random) -> User:
    chance, seen = rng.random(), rng.random()
    return User(
        name=name,
        licences=licences,
        # A leaver: the account is disabled, the licence is still assigned.
        is_enabled=chance > 0.06,
        is_guest=chance > 0.985,
        office=rng.choice(_OFFICES),
        department=rng.choice(_DEPARTMENTS),
        # Well clear of the limit on both sides; of some the directory does not say.
        last_active=None
        if seen < 0.04
        else day - timedelta(days=rng.randrange(120, 400) if seen < 0.08 else rng.randrange(0, 60)),
    )


def special_kind(plan: Plan, account: Account, user: User) -> tuple[str, bool] | None:
    """What a user is that is no person, and whether it needs its licence; None for a person."""
    for rule in plan.special_users:
        has_begun = rule.valid_from is None or rule.valid_from <= plan.day
        is_in_force = has_begun and (rule.valid_to is None or rule.valid_to > plan.day)
        if is_in_force and rule.account is account and rule.user_name.lower() == user.name.lower():
            return rule.kind, rule.needs_licence
    return None


def role_of(plan: Plan, client: Client, sku: TenantSku, user: User, product: Product | None) -> str:
    """How the licence that `user` holds counts: as its SKU does, unless a rule leaves the user out."""
    if any(rule.record_id.lower() == user.name.lower() and rule.client in (None, client) for rule in plan.named_users):
        return EXCLUDED
    if product is None or sku.role != COUNTED:
        return sku.role
    is_special = bool(plan.special_users) and special_kind(plan, sku.account, user) is not None
    is_left_out = (
        (is_special and not product.counts_special)
        or (user.is_guest and not product.counts_guests)
        or (not user.is_enabled and not product.counts_disabled)
    )
    return SILENT if is_left_out else sku.role


def is_inactive(plan: Plan, account: Account, user: User) -> bool:
    """Whether somebody who is gone, or has not signed in for long, holds a licence."""
    is_gone = not user.is_enabled and special_kind(plan, account, user) is None
    return is_gone or (user.last_active is not None and (plan.day - user.last_active).days > _DORMANT_DAYS)


def client_by_split(plan: Plan, account: Account, user: User) -> Client | None:
    """The client to whom a user of a shared account belongs; None where no rule in force names the user."""
    for rule in plan.splits:
        is_in_force = rule.account is account and (rule.valid_to is None or rule.valid_to > plan.day)
        if is_in_force and getattr(user, rule.attribute).strip().lower() == rule.value.strip().lower():
            return rule.client
    return None
