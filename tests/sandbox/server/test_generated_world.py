"""A generated world, not the hand-made one, read whole over HTTP as a connector would."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.server import SandboxServer
from sandbox.world import generate
from tests.sandbox.server.clients import Clients, links


@pytest.fixture(scope="module")
def generated() -> Iterator[SandboxServer]:
    with SandboxServer(generate(3, clients=12, clock=datetime(2026, 6, 15, 12, tzinfo=UTC))) as server:
        yield server


@pytest.fixture
def reader(generated: SandboxServer) -> Iterator[Clients]:
    with Clients(generated.url) as clients:
        yield clients


def test_the_psa_gives_every_row(generated: SandboxServer, reader: Clients) -> None:
    def read(path: str) -> list[Any]:
        answer, rows = reader.psa(path, pageSize=40), []
        while True:
            rows += answer.json()
            if "next" not in links(answer):
                return rows
            answer = reader.psa(links(answer)["next"])

    world = generated.world.connectwise
    assert read("/company/companies") == world.companies
    assert read("/finance/agreements") == world.agreements
    assert read("/finance/invoices") == world.invoices
    assert read("/procurement/catalog") == world.catalog
    additions = {row["id"]: read(f"/finance/agreements/{row['id']}/additions") for row in world.agreements}
    assert additions == world.additions


def test_graph_gives_every_row_of_every_tenant_but_the_refused(generated: SandboxServer, reader: Clients) -> None:
    world = generated.world.microsoft_graph
    base = "/microsoft_graph/v1.0"
    partner = reader.graph(world.partner_tenant_id)
    assert reader.get(f"{base}/contracts?$top=999", partner).json()["value"] == world.contracts
    for contract in world.contracts:
        tenant = contract["customerId"]
        if tenant in world.gone_tenants:
            assert reader.graph_token(tenant).status_code == 400
            continue
        answer = reader.get(f"{base}/subscribedSkus", reader.graph(tenant))
        if tenant in world.refused_tenants:
            assert answer.status_code == 403
            continue
        assert answer.json()["value"] == world.subscribed_skus[tenant]
        query = {"$select": "id,assignedLicenses", "$filter": "assignedLicenses/$count ne 0", "$count": "true"}
        users = reader.get(f"{base}/users", reader.graph(tenant), **query).json()
        assert users["@odata.count"] == sum(bool(user["assignedLicenses"]) for user in world.users[tenant])


def test_the_distributor_gives_every_row(generated: SandboxServer, reader: Clients) -> None:
    headers, world = reader.pax8(), generated.world.pax8

    def read(path: str, **query: Any) -> list[Any]:
        rows: list[Any] = []
        for number in range(1000):
            answer = reader.get(f"/pax8/v1/{path}", headers, page=number, size=50, **query).json()
            rows += answer["content"]
            if number + 1 >= answer["page"]["totalPages"]:
                break
        return rows

    assert read("companies") == world.companies
    assert read("products") == world.products
    assert read("invoices") == world.invoices
    assert {row["id"]: read(f"invoices/{row['id']}/items") for row in world.invoices} == world.invoice_items
    subscriptions = read("subscriptions", sort="createdDate,asc")
    assert sorted(row["id"] for row in subscriptions) == sorted(row["id"] for row in world.subscriptions)
    assert read("invoices/draftItems", monthOffset=0)


def test_the_rmm_gives_every_row(generated: SandboxServer, reader: Clients) -> None:
    headers, world = reader.ninja(), generated.world.ninjaone

    def read(path: str) -> list[Any]:
        rows: list[Any] = []
        while True:
            after = rows[-1]["id"] if rows else 0
            page = reader.get(f"/ninjaone/v2/{path}", headers, pageSize=50, after=after).json()
            rows += page
            if len(page) < 50:
                return rows

    assert read("organizations") == world.organizations
    assert read("devices") == world.devices
    answer = reader.get("/ninjaone/v2/queries/computer-systems", headers, pageSize=5000).json()
    assert answer["results"] == world.computer_systems
