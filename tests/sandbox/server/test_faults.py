"""Each planted fault as a client meets it over HTTP."""

import time
from email.utils import parsedate_to_datetime

import pytest
import requests

from sandbox.misbehave import Kind, Misbehaviour
from sandbox.server import SandboxServer
from tests.sandbox.server.clients import Clients, links
from tests.sandbox.server.conftest import TENANT, small_world

SYSTEMS = ("connectwise", "microsoft_graph", "pax8", "ninjaone")


def ask(clients: Clients, system: str, headers: dict[str, str] | None = None) -> requests.Response:
    """The first page of a list of the system, signed in."""
    if system == "connectwise":
        return clients.psa("/company/companies", pageSize=20)
    if system == "microsoft_graph":
        query = {"$select": "id", "$top": "100", "$count": "true"}
        return clients.get("/microsoft_graph/v1.0/users", headers or clients.graph(TENANT), **query)
    if system == "pax8":
        return clients.get("/pax8/v1/subscriptions", headers or clients.pax8(), size=200)
    return clients.get("/ninjaone/v2/devices", headers or clients.ninja(), pageSize=100, after=0)


def token(clients: Clients, system: str) -> dict[str, str] | None:
    if system == "connectwise":
        return None
    return {"microsoft_graph": lambda: clients.graph(TENANT), "pax8": clients.pax8, "ninjaone": clients.ninja}[system]()


def plant(server: SandboxServer, system: str, kind: Kind, **settings: object) -> None:
    server.set([Misbehaviour(system=system, kind=kind, **settings)])  # type: ignore[arg-type]


@pytest.mark.parametrize("system", SYSTEMS)
def test_http_500_comes_in_the_vendors_shape_and_goes_after_its_times(
    server: SandboxServer, clients: Clients, system: str
) -> None:
    plant(server, system, "http_500", after=1, times=2)
    answers = [ask(clients, system) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 500, 500, 200]
    assert "server error" in answers[1].text.lower() or "unexpected error" in answers[1].text


@pytest.mark.parametrize("system", SYSTEMS)
def test_http_429_says_when_to_come_back(server: SandboxServer, clients: Clients, system: str) -> None:
    plant(server, system, "http_429", times=1, retry_after=3)
    answer = ask(clients, system)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3")
    assert ask(clients, system).status_code == 200


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_fault_of_one_system_leaves_the_others_well(server: SandboxServer, clients: Clients, system: str) -> None:
    plant(server, system, "http_500")
    assert [ask(clients, name).status_code for name in SYSTEMS if name != system] == [200, 200, 200]


def test_a_fault_without_an_endpoint_spares_the_sign_in(server: SandboxServer, clients: Clients) -> None:
    plant(server, "pax8", "http_500")
    assert clients.pax8_token().status_code == 200


def test_the_sign_in_fails_when_it_is_named(server: SandboxServer, clients: Clients) -> None:
    plant(server, "pax8", "http_500", endpoint="token")
    assert clients.pax8_token().status_code == 500


def test_a_fault_keeps_to_its_endpoint(server: SandboxServer, clients: Clients) -> None:
    plant(server, "pax8", "http_500", endpoint="invoices")
    headers = clients.pax8()
    assert ask(clients, "pax8", headers).status_code == 200
    assert clients.get("/pax8/v1/invoices", headers).status_code == 500


def test_a_fault_can_be_aimed_at_one_tenant(server: SandboxServer, clients: Clients) -> None:
    plant(server, "microsoft_graph", "http_500", endpoint=f"{TENANT}/v1.0/subscribedSkus")
    assert clients.get("/microsoft_graph/v1.0/subscribedSkus", clients.graph(TENANT)).status_code == 500
    partner = clients.graph(server.world.microsoft_graph.partner_tenant_id)
    assert clients.get("/microsoft_graph/v1.0/subscribedSkus", partner).status_code == 200


def test_a_slow_answer_is_right_and_late(server: SandboxServer, clients: Clients) -> None:
    headers = clients.pax8()
    plant(server, "pax8", "slow", seconds=0.2)
    began = time.monotonic()
    assert ask(clients, "pax8", headers).status_code == 200
    assert time.monotonic() - began >= 0.2


@pytest.mark.parametrize("system", SYSTEMS)
def test_truncated_json_is_a_whole_http_answer_with_half_a_body(
    server: SandboxServer, clients: Clients, system: str
) -> None:
    plant(server, system, "truncated_json")
    answer = ask(clients, system)
    assert answer.status_code == 200
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


@pytest.mark.parametrize("system", SYSTEMS)
def test_html_200_is_a_login_page(server: SandboxServer, clients: Clients, system: str) -> None:
    plant(server, system, "html_200")
    answer = ask(clients, system)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "Sign in" in answer.text


@pytest.mark.parametrize("system", ["microsoft_graph", "pax8", "ninjaone"])
def test_an_expired_token_stays_refused_until_a_new_one_is_asked_for(
    server: SandboxServer, clients: Clients, system: str
) -> None:
    old = token(clients, system)
    plant(server, system, "expired_token", after=1, times=1)
    assert [ask(clients, system, old).status_code for _ in range(4)] == [200, 401, 401, 401]
    assert ask(clients, system, token(clients, system)).status_code == 200


def test_tokens_that_expire_for_ever_are_refused_though_new(server: SandboxServer, clients: Clients) -> None:
    plant(server, "pax8", "expired_token")
    assert [ask(clients, "pax8").status_code for _ in range(3)] == [401, 401, 401]


def test_basic_credentials_are_refused_as_often_as_planted(server: SandboxServer, clients: Clients) -> None:
    plant(server, "connectwise", "expired_token", times=2)
    assert [ask(clients, "connectwise").status_code for _ in range(3)] == [401, 401, 200]


def test_an_empty_page_keeps_the_declared_totals(server: SandboxServer, clients: Clients) -> None:
    for system in SYSTEMS:
        plant(server, system, "empty_page")
        answer = ask(clients, system)
        body = answer.json()
        if system == "connectwise":
            assert body == []
            assert set(links(answer)) == {"next", "last"}
            assert clients.psa("/company/companies/count").json() == {"count": 60}
        elif system == "microsoft_graph":
            assert (body["value"], body["@odata.count"], "@odata.nextLink" in body) == ([], 250, True)
        elif system == "pax8":
            assert (body["content"], body["page"]["totalElements"]) == ([], 450)
        else:
            assert body == []


def test_a_repeated_page_of_numbered_pages_holds_the_rows_before(server: SandboxServer, clients: Clients) -> None:
    plant(server, "pax8", "repeated_page", times=1)
    headers = clients.pax8()
    pages = [clients.get("/pax8/v1/subscriptions", headers, page=n, size=200).json() for n in (0, 1, 1)]
    assert pages[1]["content"] == pages[0]["content"]
    assert pages[1]["page"]["number"] == 1
    assert pages[2]["content"] != pages[0]["content"]


def test_a_repeated_page_of_the_psa_goes_on_numbering(server: SandboxServer, clients: Clients) -> None:
    plant(server, "connectwise", "repeated_page")
    first, second = (clients.psa("/company/companies", pageSize=25, page=n) for n in (1, 2))
    assert second.json() == first.json()
    assert "page=3" in links(second)["next"]


def test_a_repeated_next_link_leads_in_a_circle(server: SandboxServer, clients: Clients) -> None:
    plant(server, "microsoft_graph", "repeated_page")
    headers = clients.graph(TENANT)
    first = ask(clients, "microsoft_graph", headers).json()
    for _ in range(3):
        again = clients.get(first["@odata.nextLink"], headers).json()
        assert again["value"] == first["value"]
        assert again["@odata.nextLink"] == first["@odata.nextLink"]


def test_a_repeated_page_behind_a_last_id_leads_in_a_circle(server: SandboxServer, clients: Clients) -> None:
    plant(server, "ninjaone", "repeated_page")
    headers = clients.ninja()
    first = ask(clients, "ninjaone", headers).json()
    again = clients.get("/ninjaone/v2/devices", headers, pageSize=100, after=first[-1]["id"]).json()
    assert again == first


def test_a_repeated_cursor_page_leads_in_a_circle(server: SandboxServer, clients: Clients) -> None:
    plant(server, "ninjaone", "repeated_page")
    headers, path = clients.ninja(), "/ninjaone/v2/queries/computer-systems"
    first = answer = clients.get(path, headers, pageSize=100).json()
    for _ in range(3):
        answer = clients.get(path, headers, pageSize=100, cursor=answer["cursor"]["name"]).json()
        assert answer["results"] == first["results"]


@pytest.mark.parametrize(
    ("system", "path", "field", "value"),
    [
        ("connectwise", "/finance/agreements/4100/additions", "quantity", "3.0 seats"),
        ("microsoft_graph", "/subscribedSkus", "consumedUnits", "42 seats"),
        ("pax8", "/subscriptions", "quantity", "0 seats"),
        ("ninjaone", "/v2/devices", "lastContact", "1772438401.55 seats"),
    ],
)
def test_a_changed_type_turns_a_number_into_a_text(
    server: SandboxServer, clients: Clients, system: str, path: str, field: str, value: str
) -> None:
    plant(server, system, "type_change")
    if system == "connectwise":
        rows = clients.psa(path).json()
    elif system == "microsoft_graph":
        rows = clients.get(f"/microsoft_graph/v1.0{path}", clients.graph(TENANT)).json()["value"]
    elif system == "pax8":
        rows = clients.get(f"/pax8/v1{path}", clients.pax8()).json()["content"]
    else:
        rows = clients.get(f"/ninjaone{path}", clients.ninja()).json()
    assert rows[0][field] == value


def test_a_changed_type_may_be_an_object_and_leaves_the_world_as_it_was(
    server: SandboxServer, clients: Clients
) -> None:
    plant(server, "connectwise", "type_change", shape="object", times=1)
    rows = [clients.psa("/procurement/catalog").json()[0]["price"] for _ in range(2)]
    assert rows == [{"value": 28.5, "unit": "seats"}, 28.5]


def test_above_the_rate_limit_answers_429_with_retry_after() -> None:
    with SandboxServer(small_world(), requests_per_second={"connectwise": 5}) as server, Clients(server.url) as clients:
        answers = [ask(clients, "connectwise") for _ in range(20)]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert refused
        assert int(refused[0].headers["Retry-After"]) >= 1
        assert ask(clients, "ninjaone").status_code == 200


def test_every_answer_carries_the_simulated_time(server: SandboxServer, clients: Clients) -> None:
    plant(server, "pax8", "http_500")
    for answer in (ask(clients, "pax8"), ask(clients, "connectwise"), clients.get("/nothing")):
        assert 0 <= (parsedate_to_datetime(answer.headers["Date"]) - server.world.clock).total_seconds() < 120
