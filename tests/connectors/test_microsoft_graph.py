import json
from typing import Any

import pytest

from connectors.errors import FieldError
from connectors.http import Tally
from connectors.json_pages import PageText
from connectors.microsoft_graph.assignments import held_licences, selected_fields
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


def held_in(world: World) -> dict[tuple[str, str, str], dict[str, Any]]:
    """The user behind each assignment of the tenants that do not refuse, by tenant, SKU and user id."""
    graph = world.microsoft_graph
    return {
        (tenant, licence["skuId"].lower(), user["id"]): user
        for tenant, users in graph.users.items()
        if tenant not in graph.refused_tenants
        for user in users
        for licence in user["assignedLicenses"]
    }


def test_every_licence_of_every_user_is_a_row_with_what_decides_whose_it_is(
    world: World, server: SandboxServer
) -> None:
    rows = reading("microsoft_graph", world, server.url).rows(LICENSE_ASSIGNMENTS).rows.to_pylist()
    got = {(row["tenant_id"], row["sku_id"], row["user_id"]): row for row in rows}
    users = held_in(world)
    assert len(rows) == len(users)
    assert {key: row["user_principal_name"] for key, row in got.items()} == {
        key: user["userPrincipalName"].lower() for key, user in users.items()
    }
    for name, field in (
        ("account_enabled", "accountEnabled"),
        ("user_type", "userType"),
        ("office_location", "officeLocation"),
        ("department", "department"),
        ("company_name", "companyName"),
    ):
        assert {key: row[name] for key, row in got.items()} == {key: user[field] for key, user in users.items()}


def test_no_display_name_is_kept(world: World, server: SandboxServer) -> None:
    rows = reading("microsoft_graph", world, server.url).rows(LICENSE_ASSIGNMENTS).rows.to_pylist()
    everything = json.dumps(rows, default=str)
    assert not [user for user in held_in(world).values() if f'"{user["displayName"]}' in everything]
    assert "displayName" not in everything


def test_the_last_sign_in_is_read_only_where_the_settings_say_so(world: World, server: SandboxServer) -> None:
    without = reading("microsoft_graph", world, server.url).rows(LICENSE_ASSIGNMENTS).rows
    assert without["last_sign_in_at"].null_count == without.num_rows > 0
    rows = reading("microsoft_graph", world, server.url, reads_sign_in=True).rows(LICENSE_ASSIGNMENTS).rows
    times = {row["user_id"]: row["last_sign_in_at"] for row in rows.to_pylist()}
    seen = {user: at and f"{at:%Y-%m-%dT%H:%M:%SZ}" for user, at in times.items()}
    assert seen == {
        user["id"]: (user["signInActivity"] or {}).get("lastSuccessfulSignInDateTime")
        for user in held_in(world).values()
    }
    assert None in seen.values(), "somebody never signed in"


def test_the_last_sign_in_is_not_asked_for_unless_wanted() -> None:
    assert "signInActivity" not in selected_fields(reads_sign_in=False)
    assert selected_fields(reads_sign_in=True).split(",") == [
        *selected_fields(reads_sign_in=False).split(","),
        "signInActivity",
    ]


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


def held(*users: Any) -> Any:
    page = PageText(json.dumps({"value": users}), {"tenant_id": "t"})
    return held_licences([page], Tally().clock())


def test_a_user_holds_a_licence_once_however_often_it_is_listed() -> None:
    table, faults = held(user(1, "A", "B", "a", userPrincipalName="Ana@Fabrikam.example"), user(2, "a"), user(4))
    assert not faults
    assert table.select(["sku_id", "user_id", "user_principal_name"]).to_pylist() == [
        {"sku_id": "a", "user_id": "u1", "user_principal_name": "ana@fabrikam.example"},
        {"sku_id": "a", "user_id": "u2", "user_principal_name": None},
        {"sku_id": "b", "user_id": "u1", "user_principal_name": "ana@fabrikam.example"},
    ]


def test_a_failed_attempt_is_no_sign_in_where_the_success_is_known() -> None:
    tried, succeeded = "2026-06-01T00:00:00Z", "2026-02-01T00:00:00Z"
    both = {"lastSignInDateTime": tried, "lastSuccessfulSignInDateTime": succeeded}
    table, _ = held(
        user(1, "A", signInActivity=both),
        user(2, "A", signInActivity={"lastSignInDateTime": tried}),
        user(3, "A", signInActivity=None),
    )
    seen = [value and f"{value:%Y-%m-%dT%H:%M:%SZ}" for value in table["last_sign_in_at"].to_pylist()]
    assert seen == [succeeded, tried, None]


def test_a_wrong_field_of_a_user_is_named_and_the_person_is_not() -> None:
    with pytest.raises(FieldError) as caught:
        held(user(1, "A", userPrincipalName="ana@fabrikam.example", officeLocation=["Leeds"]))
    assert "officeLocation" in str(caught.value)
    assert "ana" not in str(caught.value)
    assert "Leeds" not in str(caught.value)


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
    assert set(held(*users)[1]) == {"t"}


def test_a_page_of_users_that_is_empty_and_names_the_next_is_followed(world: World, server: SandboxServer) -> None:
    tenant = licensed_tenant(world)
    # Twice: a page that is empty is asked for once more before it is believed.
    fault = Misbehaviour(system="microsoft_graph", kind="hollow_page", endpoint=f"{tenant}/v1.0/users", times=2)
    whole = reading("microsoft_graph", world, server.url).rows(LICENSE_ASSIGNMENTS).rows
    server.set([fault])
    source = reading("microsoft_graph", world, server.url)
    assert source.rows(LICENSE_ASSIGNMENTS).rows["_source_row"].to_pylist() == whole["_source_row"].to_pylist()
    assert statuses(source, "license_assignments")[tenant] == ("ok", "")


def test_a_sku_that_the_list_lacks_costs_the_tenant_no_table(world: World, server: SandboxServer) -> None:
    graph = world.microsoft_graph
    tenant = next(t for t, skus in graph.subscribed_skus.items() if len(skus) > 1 and t not in graph.refused_tenants)
    held = {licence["skuId"] for user in graph.users[tenant] for licence in user["assignedLicenses"]}
    missing = next(row for row in graph.subscribed_skus[tenant] if row["skuId"] in held)
    graph.subscribed_skus[tenant].remove(missing)
    try:
        source = reading("microsoft_graph", world, server.url)
        assert {statuses(source, table)[tenant][0] for table in ("subscribed_skus", "license_assignments")} == {"ok"}
    finally:
        graph.subscribed_skus[tenant].append(missing)


def test_a_tenant_that_refuses_the_last_sign_in_alone_is_read_without_it(world: World, server: SandboxServer) -> None:
    tenant = licensed_tenant(world)
    world.microsoft_graph.tenants_without_premium.add(tenant)
    try:
        source = reading("microsoft_graph", world, server.url, reads_sign_in=True)
        rows = source.rows(LICENSE_ASSIGNMENTS).rows.to_pylist()
        status, note = statuses(source, "license_assignments")[tenant]
    finally:
        world.microsoft_graph.tenants_without_premium.discard(tenant)
    assert status == "ok"
    assert note.startswith("read without the last sign-in: access refused (HTTP 403): Authentication_RequestFrom")
    mine = [row["last_sign_in_at"] for row in rows if row["tenant_id"] == tenant]
    assert mine
    assert set(mine) == {None}
    assert any(row["last_sign_in_at"] for row in rows)


def test_a_tenant_that_is_gone_says_so_in_the_logins_words(world: World, server: SandboxServer) -> None:
    tenant = licensed_tenant(world)
    world.microsoft_graph.gone_tenants.add(tenant)
    try:
        source = reading("microsoft_graph", world, server.url)
        found = {statuses(source, table)[tenant] for table in ("subscribed_skus", "license_assignments")}
    finally:
        world.microsoft_graph.gone_tenants.discard(tenant)
    assert {status for status, _ in found} == {"refused"}
    assert all(f"AADSTS90002: Tenant '{tenant}' not found." in message for _, message in found)
