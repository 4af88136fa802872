"""Microsoft Graph over HTTP: tokens per tenant, OData queries, errors."""

import pytest
import requests

from sandbox.server import SandboxServer
from tests.sandbox.server.clients import Clients
from tests.sandbox.server.conftest import PARTNER, REFUSED, TENANT, small_world

BASE = "/microsoft_graph/v1.0"
LICENSED = "assignedLicenses/$count ne 0"


def test_a_wrong_secret_answers_401_as_the_login_host_words_it(clients: Clients) -> None:
    answer = clients.graph_token(TENANT, client_secret="wrong")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    ("tenant", "changes", "error"),
    [
        ("unknown", {}, "invalid_request"),
        (TENANT, {"client_id": "wrong"}, "unauthorized_client"),
        (TENANT, {"scope": "openid"}, "invalid_scope"),
        (TENANT, {"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_a_wrong_token_request_answers_400(clients: Clients, tenant: str, changes: dict[str, str], error: str) -> None:
    answer = clients.graph_token(tenant, **changes)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_a_call_without_a_token_answers_401(clients: Clients) -> None:
    answer = clients.get(f"{BASE}/subscribedSkus")
    assert answer.status_code == 401
    assert set(answer.json()["error"]) == {"code", "message", "innerError"}


def test_a_token_ends_after_its_life() -> None:
    with SandboxServer(small_world(), token_seconds={"microsoft_graph": 0}) as server, Clients(server.url) as clients:
        assert clients.get(f"{BASE}/organization", clients.graph(TENANT)).status_code == 401


def test_a_refused_tenant_gets_a_token_and_403(clients: Clients) -> None:
    answer = clients.get(f"{BASE}/subscribedSkus", clients.graph(REFUSED))
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "Authorization_RequestDenied")


@pytest.mark.parametrize("path", ["/contracts", "/tenantRelationships/delegatedAdminCustomers"])
def test_the_partners_lists_need_the_partners_token(clients: Clients, path: str) -> None:
    assert clients.get(BASE + path, clients.graph(PARTNER)).json()["value"]
    assert clients.get(BASE + path, clients.graph(TENANT)).status_code == 403


def test_a_token_shows_its_own_tenant_only(clients: Clients) -> None:
    assert clients.get(f"{BASE}/organization", clients.graph(TENANT)).json()["value"] == [{"id": TENANT}]
    assert clients.get(f"{BASE}/subscribedSkus", clients.graph(PARTNER)).json()["value"] == []


def test_subscribed_skus_know_select_and_nothing_else(clients: Clients) -> None:
    headers = clients.graph(TENANT)
    assert clients.get(f"{BASE}/subscribedSkus?$select=skuId", headers).json()["value"] == [
        {"skuId": "a"},
        {"skuId": "b"},
    ]
    assert clients.get(f"{BASE}/subscribedSkus?$top=1", headers).status_code == 400


def test_licensed_users_come_once_each_over_the_next_links(clients: Clients) -> None:
    headers = clients.graph(TENANT)
    query = {"$select": "id,assignedLicenses", "$filter": LICENSED, "$count": "true", "$top": "40"}
    answer, seen = clients.get(f"{BASE}/users", headers, **query).json(), []
    assert answer["@odata.count"] == 125
    while True:
        seen += [row["id"] for row in answer["value"]]
        assert all(set(row) == {"id", "assignedLicenses"} for row in answer["value"])
        if "@odata.nextLink" not in answer:
            break
        answer = clients.get(answer["@odata.nextLink"], headers).json()
    assert seen == [f"u{number}" for number in range(0, 250, 2)]


def test_users_come_by_the_hundred_and_without_licences_unless_asked(clients: Clients) -> None:
    rows = clients.get(f"{BASE}/users", clients.graph(TENANT)).json()["value"]
    assert len(rows) == 100
    assert "assignedLicenses" not in rows[0]


def test_simple_filters_need_no_header(clients: Clients) -> None:
    headers = clients.graph(TENANT) | {"ConsistencyLevel": ""}
    answer = clients.get(f"{BASE}/users", headers, **{"$filter": "accountEnabled eq false", "$top": "999"})
    assert len(answer.json()["value"]) == 50


@pytest.mark.parametrize(
    ("query", "is_eventual"),
    [
        ({"$count": "true"}, False),
        ({"$filter": LICENSED}, True),
        ({"$filter": LICENSED, "$count": "true"}, False),
        ({"$filter": "displayName sounds 'x'"}, True),
        ({"$top": "1000"}, True),
        ({"$top": "501", "$select": "id,signInActivity"}, True),
        ({"$skiptoken": "mine"}, True),
    ],
)
def test_queries_that_the_vendor_refuses_answer_400(clients: Clients, query: dict[str, str], is_eventual: bool) -> None:
    headers = clients.graph(TENANT) | ({} if is_eventual else {"ConsistencyLevel": ""})
    answer = clients.get(f"{BASE}/users", headers, **query)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]


def test_directory_subscriptions_are_served(clients: Clients) -> None:
    answer: requests.Response = clients.get(f"{BASE}/directory/subscriptions", clients.graph(TENANT))
    assert answer.json()["value"] == [{"id": "s1", "totalLicenses": 42}]
