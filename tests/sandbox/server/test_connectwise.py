"""ConnectWise over HTTP: sign-in, both kinds of paging, conditions, errors."""

import pytest

from sandbox.server import SandboxServer
from tests.sandbox.server.clients import PSA_BASE, Clients, links


def test_company_info_names_the_codebase_with_a_slash_at_its_end(clients: Clients) -> None:
    answer = clients.get("/connectwise/login/companyinfo/sandbox")
    assert answer.json()["Codebase"] == "v4_6_release/"


def test_company_info_of_an_unknown_company_is_null_with_200(clients: Clients) -> None:
    answer = clients.get("/connectwise/login/companyinfo/nobody")
    assert (answer.status_code, answer.json()) == (200, None)


def test_a_wrong_codebase_answers_404(clients: Clients) -> None:
    assert clients.psa(f"{clients.url}/connectwise/v2017_3/apis/3.0/system/info").status_code == 404


def test_wrong_credentials_answer_401_in_the_vendors_shape(clients: Clients) -> None:
    answer = clients.session.get(f"{clients.url}{PSA_BASE}/system/info", auth=("sandbox+x", "y"), timeout=10)
    assert answer.status_code == 401
    assert set(answer.json()) == {"code", "message", "errors"}


def test_a_missing_client_id_answers_403(clients: Clients) -> None:
    assert clients.psa("/system/info", headers={"clientId": ""}).status_code == 403


def test_answers_name_the_current_version(clients: Clients) -> None:
    answer = clients.psa("/system/info", headers={"Accept": "application/vnd.connectwise.com+json; version=2025.1"})
    assert answer.headers["api-current-version"] == "2025.1"
    assert answer.headers["Content-Type"].startswith("application/vnd.connectwise.com+json")


def test_numbered_pages_give_each_row_once_and_link_to_each_other(clients: Clients) -> None:
    answer, seen = clients.psa("/company/companies"), []
    assert len(answer.json()) == 25
    assert set(links(answer)) == {"next", "last"}
    while True:
        seen += [row["id"] for row in answer.json()]
        if "next" not in links(answer):
            break
        answer = clients.psa(links(answer)["next"])
    assert seen == list(range(1, 61))
    assert set(links(answer)) == {"first", "prev"}


def test_forward_only_pages_give_each_row_once_and_only_a_next_link(clients: Clients) -> None:
    forward = {"pagination-type": "forward-only"}
    answer, seen = clients.psa("/company/companies", headers=forward, pageSize=20), []
    while True:
        seen += [row["id"] for row in answer.json()]
        if not links(answer):
            break
        assert set(links(answer)) == {"next"}
        answer = clients.psa(links(answer)["next"], headers=forward)
    assert seen == list(range(1, 61))


@pytest.mark.parametrize("query", [{"pageSize": 1001}, {"pageSize": 0}, {"page": 0}, {"page": "x"}])
def test_a_page_out_of_bounds_answers_400(clients: Clients, query: dict[str, object]) -> None:
    answer = clients.psa("/company/companies", **query)
    assert answer.status_code == 400
    assert answer.json()["code"] == "InvalidObject"


def test_a_page_behind_the_last_is_empty(clients: Clients) -> None:
    assert clients.psa("/company/companies", page=9, pageSize=25).json() == []


def test_conditions_select_what_changed_and_count_agrees(clients: Clients) -> None:
    conditions = "lastUpdated>=[2026-06-20T00:00:00Z] and deletedFlag=false"
    rows = clients.psa("/company/companies", conditions=conditions, pageSize=1000).json()
    assert rows
    assert all(row["_info"]["lastUpdated"] >= "2026-06-20" and not row["deletedFlag"] for row in rows)
    assert clients.psa("/company/companies/count", conditions=conditions).json() == {"count": len(rows)}


def test_order_and_fields_shape_the_rows(clients: Clients) -> None:
    rows = clients.psa("/company/companies", orderBy="id desc", fields="id,territory/name", pageSize=2).json()
    assert rows == [{"id": 60, "territory": {"name": "Main"}}, {"id": 59, "territory": {"name": "Main"}}]


@pytest.mark.parametrize("conditions", ["lastUpdated>", "id=1 or", "(id=1", "id ~ 3", "lastUpdated>[yesterday]"])
def test_conditions_that_cannot_be_read_answer_400(clients: Clients, conditions: str) -> None:
    assert clients.psa("/company/companies", conditions=conditions).status_code == 400


def test_additions_are_read_per_agreement(clients: Clients) -> None:
    assert [row["id"] for row in clients.psa("/finance/agreements/4100/additions").json()] == [1, 2]
    assert clients.psa("/finance/agreements/4100/additions/count").json() == {"count": 2}
    assert clients.psa("/finance/agreements/4101/additions").json() == []
    assert clients.psa("/finance/agreements/9/additions").status_code == 404


def test_one_record_is_found_by_id_or_answers_404(clients: Clients) -> None:
    assert clients.psa("/company/companies/7").json()["name"] == "Client 7"
    assert clients.psa("/company/companies/777").json()["code"] == "NotFound"


@pytest.mark.parametrize(
    "path",
    [
        "/company/companies/statuses",
        "/company/companies/types",
        "/finance/agreements",
        "/finance/billingCycles",
        "/finance/invoices",
        "/procurement/catalog",
    ],
)
def test_every_list_has_rows_and_a_count_twin(clients: Clients, path: str) -> None:
    rows = clients.psa(path, pageSize=1000).json()
    assert rows
    assert clients.psa(f"{path}/count").json() == {"count": len(rows)}


def test_requests_are_counted_per_path(server: SandboxServer, clients: Clients) -> None:
    path = f"{PSA_BASE.removeprefix('/connectwise')}/procurement/catalog/771"
    before = server.requests("connectwise")[path]
    clients.psa("/procurement/catalog/771")
    assert server.requests("connectwise")[path] == before + 1
