"""A hand-made world, small enough to know by heart, served once for all tests of this folder."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from sandbox.server import SandboxServer
from sandbox.world.model import World
from tests.sandbox.server.clients import Clients

PARTNER = "00000000-0000-4000-8000-00000000000p"
TENANT = "10000000-0000-4000-8000-000000000001"
REFUSED = "10000000-0000-4000-8000-000000000002"


def small_world() -> World:
    """60 companies, 250 users, 450 subscriptions, 250 devices: several pages of everything."""
    world = World(seed=1, clock=datetime(2026, 6, 15, 12, tzinfo=UTC))
    psa = world.connectwise
    psa.companies = [
        {
            "id": number,
            "identifier": f"Client{number}",
            "name": f"Client {number}",
            "deletedFlag": number % 10 == 0,
            "territory": {"id": 2, "name": "Main"},
            "_info": {"lastUpdated": f"2026-06-{number % 28 + 1:02d}T08:00:00Z", "updatedBy": "jdoe"},
        }
        for number in range(1, 61)
    ]
    psa.agreements = [{"id": 4100 + number, "name": f"Agreement {number}", "billAmount": 10.5} for number in range(3)]
    psa.additions = {4100: [{"id": 1, "quantity": 3.0}, {"id": 2, "quantity": 42.0}], 4101: [], 4102: []}
    psa.catalog = [{"id": 771, "identifier": "M365-BUS-PREM", "price": 28.5}]
    psa.invoices = [{"id": 73120, "total": 1255.14}]
    graph = world.microsoft_graph
    graph.partner_tenant_id = PARTNER
    graph.contracts = [{"customerId": tenant, "displayName": tenant[-1]} for tenant in (TENANT, REFUSED)]
    graph.delegated_admin_customers = [{"tenantId": TENANT, "displayName": "1"}]
    graph.organizations = {PARTNER: [{"id": PARTNER}], TENANT: [{"id": TENANT}], REFUSED: [{"id": REFUSED}]}
    graph.subscribed_skus = {TENANT: [{"skuId": "a", "consumedUnits": 42}, {"skuId": "b", "consumedUnits": 1}]}
    graph.directory_subscriptions = {TENANT: [{"id": "s1", "totalLicenses": 42}]}
    graph.users = {
        TENANT: [
            {
                "id": f"u{number}",
                "displayName": f"User {number}",
                "accountEnabled": number % 5 != 0,
                "assignedLicenses": [] if number % 2 else [{"skuId": "a", "disabledPlans": []}],
            }
            for number in range(250)
        ]
    }
    graph.refused_tenants = {REFUSED}
    world.pax8.companies = [{"id": "c1", "name": "Client 1", "externalId": "1", "status": "Active"}]
    world.pax8.products = [{"id": "p1", "name": "Premium", "vendorName": "Microsoft"}]
    world.pax8.subscriptions = [
        {
            "id": f"s{number}",
            "companyId": "c1",
            "productId": "p1",
            "status": "Cancelled" if number % 10 == 0 else "Active",
            "billingTerm": "Monthly",
            "quantity": number,
            "partnerCost": 17.6,
            "price": 22.0,
            "createdDate": f"2026-{12 - number % 12:02d}-01T00:00:00.000Z",
        }
        for number in range(450)
    ]
    world.pax8.invoices = [{"id": f"i{month}", "invoiceDate": f"2026-{month:02d}-05", "total": 1.0} for month in (4, 5)]
    world.pax8.invoice_items = {"i4": [], "i5": [{"id": "x1", "quantity": 42, "total": 739.2}]}
    world.ninjaone.organizations = [{"id": 12, "name": "Client 1"}, {"id": 13, "name": "Client 2"}]
    world.ninjaone.devices = [
        {
            "id": 3000 + number * 2,
            "organizationId": 12 if number < 200 else 13,
            "locationId": 31,
            "nodeClass": "WINDOWS_SERVER" if number % 2 else "MAC",
            "nodeRoleId": 102 if number % 2 else 103,
            "approvalStatus": "APPROVED",
            "lastContact": 1772438401.55,
        }
        for number in range(250)
    ]
    world.ninjaone.computer_systems = [{"deviceId": row["id"]} for row in world.ninjaone.devices]
    return world


@pytest.fixture(scope="session")
def running() -> Iterator[SandboxServer]:
    with SandboxServer(small_world()) as server:
        yield server


@pytest.fixture
def server(running: SandboxServer) -> Iterator[SandboxServer]:
    yield running
    running.set([])


@pytest.fixture
def clients(server: SandboxServer) -> Iterator[Clients]:
    with Clients(server.url) as clients:
        yield clients
