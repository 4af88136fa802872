"""NinjaOne over HTTP: token and scopes, lists by last id, queries by cursor, errors."""

import pytest
import requests

from sandbox.credentials import NINJAONE
from tests.sandbox.server.clients import Clients


def test_wrong_credentials_get_no_token(clients: Clients) -> None:
    assert clients.ninja_token(client_secret="wrong").status_code == 401


def test_a_token_without_a_scope_is_refused(clients: Clients) -> None:
    answer = clients.ninja_token(scope="")
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_scope"})


def test_a_token_for_another_scope_may_not_read(clients: Clients) -> None:
    token = clients.ninja_token(scope="control").json()["access_token"]
    answer = clients.get("/ninjaone/v2/devices", {"Authorization": f"Bearer {token}"})
    assert answer.status_code == 403
    assert set(answer.json()) == {"resultCode", "errorMessage", "incidentId"}


def test_credentials_may_come_in_the_basic_header(clients: Clients) -> None:
    form = {"grant_type": "client_credentials", "scope": "monitoring"}
    user = (NINJAONE.client_id, NINJAONE.client_secret)
    answer = requests.post(f"{clients.url}/ninjaone/ws/oauth/token", data=form, auth=user, timeout=10)
    assert answer.json()["access_token"]


def test_a_call_without_a_token_answers_401(clients: Clients) -> None:
    assert clients.get("/ninjaone/v2/devices").status_code == 401


def test_devices_come_once_each_behind_the_last_id(clients: Clients) -> None:
    headers, seen = clients.ninja(), [0]
    while True:
        rows = clients.get("/ninjaone/v2/devices", headers, pageSize=100, after=seen[-1]).json()
        seen += [row["id"] for row in rows]
        if len(rows) < 100:
            break
    assert seen[1:] == list(range(3000, 3500, 2))


def test_devices_without_a_page_size_are_cut_short_without_a_sign(clients: Clients) -> None:
    answer = clients.get("/ninjaone/v2/devices", clients.ninja())
    assert len(answer.json()) == 100
    assert "Link" not in answer.headers


def test_a_query_goes_on_behind_its_cursor_until_a_page_is_short(clients: Clients) -> None:
    headers, query, seen = clients.ninja(), {"pageSize": 100}, []
    while True:
        answer = clients.get("/ninjaone/v2/queries/computer-systems", headers, **query).json()
        assert answer["cursor"]["offset"] == len(seen)
        seen += [row["deviceId"] for row in answer["results"]]
        if answer["cursor"]["count"] < 100:
            break
        query = {"pageSize": 100, "cursor": answer["cursor"]["name"]}
    assert seen == list(range(3000, 3500, 2))


def test_an_unknown_cursor_answers_400(clients: Clients) -> None:
    assert clients.get("/ninjaone/v2/queries/computer-systems", clients.ninja(), cursor="mine").status_code == 400


def test_devices_of_one_organization(clients: Clients) -> None:
    headers = clients.ninja()
    assert len(clients.get("/ninjaone/v2/organization/13/devices", headers, pageSize=1000).json()) == 50
    assert clients.get("/ninjaone/v2/organization/99/devices", headers).status_code == 404


@pytest.mark.parametrize(("text", "count"), [("org = 13", 50), ("class in (MAC,LINUX_SERVER) AND org = 12", 100)])
def test_a_device_filter_selects(clients: Clients, text: str, count: int) -> None:
    assert len(clients.get("/ninjaone/v2/devices", clients.ninja(), df=text, pageSize=1000).json()) == count


@pytest.mark.parametrize("query", [{"df": "size > 3"}, {"pageSize": 0}, {"after": "x"}])
def test_a_query_that_cannot_be_read_answers_400(clients: Clients, query: dict[str, object]) -> None:
    assert clients.get("/ninjaone/v2/devices", clients.ninja(), **query).status_code == 400


@pytest.mark.parametrize(
    ("path", "count"), [("organizations", 2), ("organizations-detailed", 2), ("roles", 2), ("locations", 1)]
)
def test_the_other_lists_are_served(clients: Clients, path: str, count: int) -> None:
    assert len(clients.get(f"/ninjaone/v2/{path}", clients.ninja()).json()) == count


def test_one_record_is_found_by_id(clients: Clients) -> None:
    headers = clients.ninja()
    assert clients.get("/ninjaone/v2/device/3002", headers).json()["nodeClass"] == "WINDOWS_SERVER"
    assert clients.get("/ninjaone/v2/organization/12", headers).json()["name"] == "Client 1"
    assert clients.get("/ninjaone/v2/device/1", headers).status_code == 404
