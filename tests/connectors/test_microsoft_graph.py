import json
from collections import Counter
from typing import Any

import pytest

from connectors.http import Tally
from connectors.json_pages import PageText
from connectors.microsoft_graph.counting import count_licences
from connectors.microsoft_graph.schema import LICENSE_ASSIGNMENTS, SUBSCRIBED_SKUS, TENANTS
from connectors.reads import Plan
from sandbox.misbehave import Misbehaviour
from sandbox.server import SandboxServer
from sandbox.world.model import World
from tests.connectors.sources import reading

pytestmark = pytest.mark.integration


def statuses(source: Any, table: str) -> dict[str, tuple[str, str]]:
    return {read.account_id: (read.status, read.message or "") for read in source.reads() if read.table_name == table}


def licensed_tenant(world: World) -> str:
    """A tenant with assigned licences that does not refuse."""
    graph = world.microsoft_graph
    return next(
        tenant
        for tenant, users in graph.users.items()
        if tenant not in graph.refused_tenants and any(user["assignedLicenses"] for user in users)
    )


def test_tenants_are_contracts_widened_by_delegated_customers_and_the_own_tenant(
    world: World, server: SandboxServer
) -> None:
    graph = world.microsoft_graph
    rows = reading("microsoft_graph", world, server.url).rows(TENANTS).rows.to_pylist()
    wanted = {row["customerId"] for row in graph.contracts} | {
        row["tenantId"] for row in graph.delegated_admin_customers
    }
    assert {row["tenant_id"] for row in rows} == wanted | {graph.partner_tenant_id}
    assert len(rows) == len({row["tenant_id"] for row in rows})
    named = {row["tenant_id"]: row for row in rows}
    contract = graph.contracts[0]
    assert named[contract["customerId"]]["default_domain_name"] == contract["defaultDomainName"]
    assert named[graph.partner_tenant_id]["default_domain_name"]


def test_licences_are_counts_and_nothing_personal_is_kept(world: World, server: SandboxServer) -> None:
    graph = world.microsoft_graph
    table = reading("microsoft_graph", world, server.url).rows(LICENSE_ASSIGNMENTS).rows
    expected: Counter[tuple[str, str]] = Counter()
    for tenant, users in graph.users.items():
        if tenant not in graph.refused_tenants:
            for user in users:
                expected.update({(tenant, licence["skuId"].lower()) for licence in user["assignedLicenses"]})
    got = {(row["tenant_id"], row["sku_id"]): row["assigned_users"] for row in table.to_pylist()}
    assert got == dict(expected)
    everything = json.dumps(table.to_pylist(), default=str)
    for users in graph.users.values():
        for user in users:
            assert user["id"] not in everything
            assert user.get("userPrincipalName", "@@") not in everything


def test_a_tenant_that_refuses_is_refused_alone(world: World, server: SandboxServer) -> None:
    tenant = licensed_tenant(world)
    world.microsoft_graph.refused_tenants.add(tenant)
    try:
        found = statuses(reading("microsoft_graph", world, server.url), "subscribed_skus")
    finally:
        world.microsoft_graph.refused_tenants.discard(tenant)
    assert found[tenant][0] == "refused"
    assert "ok" in {status for status, _ in found.values()}


def test_skus_that_users_hold_must_be_among_the_tenants_skus(world: World, server: SandboxServer) -> None:
    tenant = licensed_tenant(world)
    server.set([Misbehaviour(system="microsoft_graph", kind="empty_page", endpoint=f"{tenant}/v1.0/subscribedSkus")])
    source = reading("microsoft_graph", world, server.url)
    found = statuses(source, "subscribed_skus")
    assert found[tenant][0] == "failed"
    assert {status for other, (status, _) in found.items() if other != tenant} <= {"ok", "refused"}
    assert tenant not in source.rows(SUBSCRIBED_SKUS).rows["tenant_id"].to_pylist()


def test_users_that_do_not_come_are_not_zero_users(world: World, server: SandboxServer) -> None:
    tenant = licensed_tenant(world)
    server.set([Misbehaviour(system="microsoft_graph", kind="empty_page", endpoint=f"{tenant}/v1.0/users")])
    found = statuses(reading("microsoft_graph", world, server.url), "license_assignments")
    assert found[tenant][0] == "failed"
    assert "0 users received" in found[tenant][1]


def test_a_field_that_changed_in_one_tenant_fails_that_tenant(world: World, server: SandboxServer) -> None:
    tenant = licensed_tenant(world)
    server.set([Misbehaviour(system="microsoft_graph", kind="type_change", endpoint=f"{tenant}/v1.0/subscribedSkus")])
    found = statuses(reading("microsoft_graph", world, server.url), "subscribed_skus")
    assert found[tenant][0] == "failed"
    assert "field consumedUnits" in found[tenant][1]
    assert "ok" in {status for status, _ in found.values()}


def test_a_tenant_known_from_before_is_asked_although_it_left_the_lists(world: World, server: SandboxServer) -> None:
    plan = Plan(previous={("subscribed_skus", "00000000-0000-4000-8000-00000000dead"): ("full:1:a:b", "1")})
    found = statuses(reading("microsoft_graph", world, server.url, plan), "subscribed_skus")
    assert found["00000000-0000-4000-8000-00000000dead"][0] in ("refused", "failed")


def test_pages_of_users_are_followed_and_proven_by_their_count(world: World, server: SandboxServer) -> None:
    whole = reading("microsoft_graph", world, server.url).rows(LICENSE_ASSIGNMENTS).rows
    paged = reading("microsoft_graph", world, server.url, page_size=3).rows(LICENSE_ASSIGNMENTS).rows
    assert paged["_source_row"].to_pylist() == whole["_source_row"].to_pylist()


def user(number: int, *skus: str, **fields: Any) -> dict[str, Any]:
    licences = [{"skuId": sku, "disabledPlans": []} for sku in skus]
    return {"id": f"u{number}", "accountEnabled": True, "userType": "Member", "assignedLicenses": licences, **fields}


def counted(*users: Any) -> Any:
    page = PageText(json.dumps({"value": users}), {"tenant_id": "t"})
    return count_licences([page], Tally().clock())


def test_disabled_users_and_guests_are_counted_beside_all() -> None:
    table, faults = counted(
        user(1, "A", "B"), user(2, "a", accountEnabled=False), user(3, "A", userType="Guest"), user(4)
    )
    assert not faults
    columns = ["sku_id", "assigned_users", "disabled_users", "guest_users"]
    assert table.select(columns).to_pylist() == [
        dict(zip(columns, ("a", 3, 1, 1), strict=True)),
        dict(zip(columns, ("b", 1, 0, 0), strict=True)),
    ]


@pytest.mark.parametrize(
    "users",
    [
        (user(1, "A"), user(1, "A")),
        (user(1, assignedLicenses="1 seats"),),
        (user(1, assignedLicenses=[{"sku": "A"}]),),
        (user(1, assignedLicenses=None),),
    ],
)
def test_users_that_cannot_be_counted_make_their_tenant_worthless(users: tuple[Any, ...]) -> None:
    assert set(counted(*users)[1]) == {"t"}
