"""The plan as Microsoft Graph would send it: contracts, GDAP customers, and each tenant's SKUs, users, subscriptions.

Belongs here: rendering, in the vendor's shapes. Users carry invented placeholders, never a person's name. Does not
belong here: choosing (`clients.py`), HTTP, `$select` or paging.
"""

from datetime import date, timedelta
from random import Random

from sandbox.world.dates import add_months, midnight, stamp
from sandbox.world.model import MicrosoftGraphWorld, Payload
from sandbox.world.plan import INFORMATION, Account, Plan, TenantSku
from sandbox.world.products import GRAPH, Sku
from sandbox.world.streams import guid, numbered_guid, stream
from sandbox.world.user import User

# The plan that comes with most SKUs; its id is Microsoft's published one.
_SERVICE_PLAN_ID, _SERVICE_PLAN = "113feb6c-3fe4-4440-bddc-54d774bf0318", "EXCHANGE_S_FOUNDATION"


def render(plan: Plan) -> MicrosoftGraphWorld:
    """All Graph payloads of the plan."""
    world = MicrosoftGraphWorld(partner_tenant_id=plan.msp.accounts[GRAPH][0].id)
    for client in plan.everyone():
        for account in client.accounts.get(GRAPH, ()):
            if account.client is not client:
                continue
            positions = client.positions.values()
            skus = [*(s for p in positions for s in p.skus), *client.loose_skus, *plan.shared_skus]
            _render_tenant(plan, world, account, [sku for sku in skus if sku.account is account])
    return world


def _add_tenant(world: MicrosoftGraphWorld, tenant_id: str, name: str, domain: str) -> None:
    world.organizations[tenant_id] = [
        {
            "id": tenant_id,
            "displayName": name,
            "tenantType": "AAD",
            "verifiedDomains": [{"name": domain, "isDefault": True, "isInitial": False, "type": "Managed"}],
        }
    ]
    world.subscribed_skus[tenant_id] = []
    world.users[tenant_id] = []
    world.directory_subscriptions[tenant_id] = []


def _render_tenant(plan: Plan, world: MicrosoftGraphWorld, account: Account, skus: list[TenantSku]) -> None:
    tenant = account.id
    if account.is_gone:
        _list_tenant(world, account)
        world.gone_tenants.add(tenant)
        return
    _add_tenant(world, tenant, account.name, account.domain)
    _list_tenant(world, account)
    if account.is_refused:
        world.refused_tenants.add(tenant)
    rng = stream(plan.seed, "tenant", tenant)
    for sku in skus:
        subscriptions = _subscriptions(plan, world.partner_tenant_id, sku, rng)
        world.directory_subscriptions[tenant] += subscriptions
        if sku.fault != "list":
            world.subscribed_skus[tenant].append(_subscribed_sku(account, sku, subscriptions))
    since = midnight(add_months(plan.first, -3))
    world.users[tenant] = [_user(plan, user, number, since, rng) for number, user in enumerate(account.users, start=1)]


def _list_tenant(world: MicrosoftGraphWorld, account: Account) -> None:
    """The partner's lists: its own tenant stands in neither, some customers in one only, some hold two contracts."""
    number = account.client.number
    if account.client.kind == "internal":
        return
    contracts = 0 if number % 9 == 2 else 2 if number % 23 == 1 else 1
    for _ in range(contracts):
        world.contracts.append(
            {
                "id": numbered_guid(0x0D3B, len(world.contracts) + 1),
                "contractType": "SyndicationPartner",
                "customerId": account.id,
                "defaultDomainName": account.domain,
                "displayName": account.name,
            }
        )
    if not contracts or number % 9 != 5:
        row = {"id": account.id, "tenantId": account.id, "displayName": account.name}
        world.delegated_admin_customers.append(row)


def _subscribed_sku(account: Account, sku: TenantSku, subscriptions: list[Payload]) -> Payload:
    return {
        "accountName": account.domain.split(".")[0],
        "accountId": account.id,
        "appliesTo": "User",
        "capabilityStatus": _status(sku),
        "consumedUnits": sku.assigned + sku.unlisted,
        "id": f"{account.id}_{sku.sku.id}",
        "skuId": sku.sku.id,
        "skuPartNumber": sku.sku.part_number,
        "subscriptionIds": [row["id"] for row in subscriptions],
        "prepaidUnits": {
            "enabled": None if sku.fault == "units" else sku.enabled,
            "suspended": sku.suspended + sku.ended_trial,
            "warning": sku.warning,
            "lockedOut": 0,
        },
        "servicePlans": [
            {
                "servicePlanId": _SERVICE_PLAN_ID,
                "servicePlanName": _SERVICE_PLAN,
                "provisioningStatus": "Success",
                "appliesTo": "Company",
            }
        ],
    }


def _subscriptions(plan: Plan, partner: str, sku: TenantSku, rng: Random) -> list[Payload]:
    rows = [
        _subscription(sku.sku, rng, seats.vendor_subscription_id, seats.steps[0][0], int(seats.quantity), partner, plan)
        for seats in sku.seats
        if seats.role != INFORMATION
    ]
    # No distributor stands behind these: free, or bought through a channel without an API.
    for units, status in ((sku.own, "Enabled"), (sku.warning, "Warning")):
        if units:
            since = add_months(plan.first, -rng.randrange(8, 20))
            rows.append(_subscription(sku.sku, rng, guid(rng), since, units, None, plan))
            rows[-1] |= {"isTrial": sku.is_trial, "status": status}
    for units, status in ((sku.trial, "Enabled"), (sku.ended_trial, "Suspended")):
        if units:
            rows.append(_subscription(sku.sku, rng, guid(rng), plan.first, units, None, plan))
            rows[-1] |= {"isTrial": True, "status": status}
    # The client, or another partner, bought these: their owner is another tenant.
    for commerce_id, units in sku.direct.items():
        rows.append(_subscription(sku.sku, rng, commerce_id, plan.first, units, guid(rng), plan))
    return rows


def _status(sku: TenantSku) -> str:
    if sku.fault == "status":
        return "PendingReview"
    return "Enabled" if sku.enabled else "Warning" if sku.warning else "Suspended"


def _subscription(
    sku: Sku, rng: Random, commerce_id: str, since: date, total: int, owner: str | None, plan: Plan
) -> Payload:
    return {
        "id": guid(rng),
        "commerceSubscriptionId": commerce_id,
        "createdDateTime": midnight(since),
        "isTrial": False,
        "nextLifecycleDateTime": midnight(add_months(plan.first, rng.randrange(1, 12)) + timedelta(days=2)),
        "ownerId": None,
        "ownerTenantId": owner,
        "ownerType": "User",
        "skuId": sku.id,
        "skuPartNumber": sku.part_number,
        "status": "Enabled",
        "totalLicenses": total,
        "serviceStatus": [
            {
                "appliesTo": "Company",
                "provisioningStatus": "Success",
                "servicePlanId": _SERVICE_PLAN_ID,
                "servicePlanName": _SERVICE_PLAN,
            }
        ],
    }


def _user(plan: Plan, user: User, number: int, since: str, rng: Random) -> Payload:
    seen = stamp(user.last_active, plan.clock, 8, number % 60) if user.last_active else None
    return {
        "id": guid(rng),
        "displayName": user.display_name or f"User {number}",
        "userPrincipalName": user.name,
        "accountEnabled": user.is_enabled,
        "userType": "Guest" if user.is_guest else "Member",
        "officeLocation": user.office or None,
        "department": user.department or None,
        "companyName": user.company or None,
        "signInActivity": {"lastSignInDateTime": seen, "lastSuccessfulSignInDateTime": seen} if seen else None,
        "assignedLicenses": [{"disabledPlans": [], "skuId": sku.sku.id} for sku in user.licences],
        "licenseAssignmentStates": [
            {
                "skuId": sku.sku.id,
                "disabledPlans": [],
                "assignedByGroup": None,
                "state": "Active",
                "error": "None",
                "lastUpdatedDateTime": since,
            }
            for sku in user.licences
        ],
    }
