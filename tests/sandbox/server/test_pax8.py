"""Pax8 over HTTP: token, envelope, filters, errors."""

import pytest

from tests.sandbox.server.clients import Clients


@pytest.mark.parametrize("changes", [{"client_secret": "wrong"}, {"audience": "https://elsewhere.example"}])
def test_wrong_credentials_get_no_token(clients: Clients, changes: dict[str, str]) -> None:
    answer = clients.pax8_token(**changes)
    assert answer.status_code == 401
    assert set(answer.json()) == {"type", "message", "instance", "status", "details"}


def test_a_token_request_as_a_form_answers_400(clients: Clients) -> None:
    answer = clients.session.post(f"{clients.url}/pax8/v1/token", data={"grant_type": "client_credentials"}, timeout=10)
    assert answer.status_code == 400


def test_a_call_without_a_token_answers_401(clients: Clients) -> None:
    assert clients.get("/pax8/v1/companies").json()["status"] == 401


def test_pages_start_at_0_and_give_each_row_once(clients: Clients) -> None:
    headers, seen = clients.pax8(), []
    for number in range(3):
        answer = clients.get("/pax8/v1/subscriptions", headers, page=number, size=200, sort="createdDate,asc").json()
        assert answer["page"] == {"size": 200, "totalElements": 450, "totalPages": 3, "number": number}
        seen += answer["content"]
    assert sorted(row["quantity"] for row in seen) == list(range(450))
    assert [row["createdDate"] for row in seen] == sorted(row["createdDate"] for row in seen)


def test_a_page_holds_ten_rows_unless_asked(clients: Clients) -> None:
    assert len(clients.get("/pax8/v1/subscriptions", clients.pax8()).json()["content"]) == 10


@pytest.mark.parametrize("query", [{"size": 201}, {"size": 0}, {"page": -1}, {"sort": "updatedDate,asc"}])
def test_a_query_out_of_bounds_answers_422(clients: Clients, query: dict[str, object]) -> None:
    answer = clients.get("/pax8/v1/subscriptions", clients.pax8(), **query)
    assert answer.status_code == 422
    assert answer.json()["details"][0]["message"] in query


def test_subscriptions_are_filtered_by_status(clients: Clients) -> None:
    answer = clients.get("/pax8/v1/subscriptions", clients.pax8(), status="Cancelled", size=200).json()
    assert answer["page"]["totalElements"] == 45
    assert {row["status"] for row in answer["content"]} == {"Cancelled"}


def test_one_subscription_and_its_history(clients: Clients) -> None:
    headers = clients.pax8()
    assert clients.get("/pax8/v1/subscriptions/s7", headers).json()["quantity"] == 7
    assert clients.get("/pax8/v1/subscriptions/s7/history", headers).json() == {"content": []}
    assert clients.get("/pax8/v1/subscriptions/none", headers).status_code == 404


def test_invoices_are_filtered_by_date_and_have_items(clients: Clients) -> None:
    headers = clients.pax8()
    span = {"invoiceDateRangeStart": "2026-05-01", "invoiceDateRangeEnd": "2026-05-31"}
    rows = clients.get("/pax8/v1/invoices", headers, **span).json()["content"]
    assert [row["id"] for row in rows] == ["i5"]
    assert clients.get("/pax8/v1/invoices/i5/items", headers).json()["content"][0]["quantity"] == 42
    assert clients.get("/pax8/v1/invoices/none/items", headers).status_code == 404


def test_draft_items_forecast_the_running_subscriptions(clients: Clients) -> None:
    answer = clients.get("/pax8/v1/invoices/draftItems", clients.pax8(), monthOffset=1, size=200).json()
    first = answer["content"][0]
    assert answer["page"]["totalElements"] == 405
    assert (first["startPeriod"], first["endPeriod"]) == ("2026-07-01", "2026-07-31")
    assert (first["subscriptionId"], first["companyName"], first["costTotal"]) == ("s1", "Client 1", 17.6)


@pytest.mark.parametrize("path", ["companies", "products"])
def test_the_other_lists_are_served(clients: Clients, path: str) -> None:
    assert clients.get(f"/pax8/v1/{path}", clients.pax8()).json()["page"]["totalElements"] == 1
