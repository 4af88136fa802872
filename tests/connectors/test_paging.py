import json
from typing import Any

import pytest
from dlt.sources.helpers.rest_client.paginators import HeaderLinkPaginator, JSONLinkPaginator, PageNumberPaginator
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connectors.bodies import Envelope
from connectors.config import ApiConfig
from connectors.errors import IncompleteReadError, SourceReadError
from connectors.http import Budget, SourceClient, Tally
from connectors.paging import UntilEmptyPaginator, read_pages, row_total


def rows(*ids: int) -> list[dict[str, int]]:
    return [{"id": number} for number in ids]


def serve(httpserver: HTTPServer, *answers: Any, headers: tuple[dict[str, str], ...] = ()) -> None:
    for number, answer in enumerate(answers):
        body = answer if isinstance(answer, str) else json.dumps(answer)
        extra = headers[number] if number < len(headers) else {}
        httpserver.expect_ordered_request("/rows").respond_with_data(body, headers=extra)


def read(httpserver: HTTPServer, paginator: Any, **more: Any) -> list[Any]:
    config = ApiConfig(backoff_seconds=0.01, max_attempts=2)
    client = SourceClient("pax8", config, Budget(30))
    url = httpserver.url_for("/rows")
    return read_pages(client, url, endpoint="/rows", tally=Tally(), paginator=paginator, **more)


def queries(httpserver: HTTPServer) -> list[dict[str, str]]:
    return [dict(request.args) for request, _ in httpserver.log]


def link(httpserver: HTTPServer, page: int) -> dict[str, str]:
    return {"Link": f'<{httpserver.url_for("/rows")}?page={page}>; rel="next"'}


def test_link_headers_are_followed_unchanged(httpserver: HTTPServer) -> None:
    serve(httpserver, rows(1), rows(2), headers=(link(httpserver, 2),))
    pages = read(httpserver, HeaderLinkPaginator(), params={"page": "1", "pageSize": "1"})
    assert row_total(pages) == 2
    assert queries(httpserver) == [{"page": "1", "pageSize": "1"}, {"page": "2"}]


def test_next_links_in_the_body_are_followed_unchanged(httpserver: HTTPServer) -> None:
    next_link = httpserver.url_for("/rows") + "?$skiptoken=a"
    serve(httpserver, {"value": rows(1), "@odata.nextLink": next_link}, {"value": rows(2)})
    pages = read(httpserver, JSONLinkPaginator("'@odata.nextLink'"), envelope=Envelope("$.value"))
    assert row_total(pages) == 2
    assert queries(httpserver)[1] == {"$skiptoken": "a"}


def test_page_numbers_start_at_zero_and_end_with_the_declared_pages(httpserver: HTTPServer) -> None:
    page = {"totalPages": 2, "totalElements": 2}
    serve(httpserver, {"content": rows(1), "page": page}, {"content": rows(2), "page": page})
    paginator = PageNumberPaginator(base_page=0, page_param="page", total_path="page.totalPages")
    assert row_total(read(httpserver, paginator, envelope=Envelope("$.content"))) == 2
    assert [query["page"] for query in queries(httpserver)] == ["0", "1"]


def test_after_goes_on_until_a_page_is_empty(httpserver: HTTPServer) -> None:
    """The server gives two rows a page, whatever it was asked for: the first short page is not the last."""
    serve(httpserver, rows(3, 5), rows(7, 8), rows(9), [], [])
    assert row_total(read(httpserver, UntilEmptyPaginator("after"), params={"pageSize": "1000"})) == 5
    assert [query.get("after") for query in queries(httpserver)] == [None, "5", "8", "9", "9"]


def test_a_cursor_goes_on_until_a_page_is_empty(httpserver: HTTPServer) -> None:
    cursor = {"name": "c1f0aa", "count": 2}
    end = {"cursor": cursor, "results": []}
    serve(httpserver, {"cursor": cursor, "results": rows(1, 2)}, {"cursor": cursor, "results": rows(3)}, end, end)
    paginator = UntilEmptyPaginator("cursor", cursor=True)
    assert row_total(read(httpserver, paginator, envelope=Envelope("$.results"), params={"pageSize": "1000"})) == 3
    assert [query.get("cursor") for query in queries(httpserver)] == [None, "c1f0aa", "c1f0aa", "c1f0aa"]


def test_a_page_without_a_cursor_is_the_last(httpserver: HTTPServer) -> None:
    serve(httpserver, {"cursor": {"name": "c1f0aa"}, "results": rows(1, 2)}, {"cursor": None, "results": rows(3)})
    paginator = UntilEmptyPaginator("cursor", cursor=True)
    assert row_total(read(httpserver, paginator, envelope=Envelope("$.results"))) == 3


def test_a_repeated_page_is_noticed(httpserver: HTTPServer) -> None:
    serve(httpserver, rows(3, 5), rows(3, 5))
    with pytest.raises(IncompleteReadError, match="page 2 repeats an earlier page"):
        read(httpserver, UntilEmptyPaginator("after"))


def test_a_circle_of_links_is_noticed(httpserver: HTTPServer) -> None:
    headers = (link(httpserver, 2), link(httpserver, 3), link(httpserver, 2))
    serve(httpserver, rows(1), rows(2), rows(3), headers=headers)
    with pytest.raises(IncompleteReadError, match="links back"):
        read(httpserver, HeaderLinkPaginator(), params={"page": "1"})


def test_an_empty_page_is_asked_for_again_and_then_refused_when_more_follow(httpserver: HTTPServer) -> None:
    headers = (link(httpserver, 2), link(httpserver, 3), link(httpserver, 3))
    serve(httpserver, rows(1), [], [], headers=headers)
    with pytest.raises(IncompleteReadError, match="page 2 is empty though more follow"):
        read(httpserver, HeaderLinkPaginator())
    assert len(httpserver.log) == 3


def test_an_empty_last_page_is_the_end_once_it_was_said_twice(httpserver: HTTPServer) -> None:
    serve(httpserver, rows(3, 5), [], [])
    assert row_total(read(httpserver, UntilEmptyPaginator("after"))) == 2
    assert len(httpserver.log) == 3


def test_an_empty_list_is_asked_for_again_where_it_is_suspect(httpserver: HTTPServer) -> None:
    serve(httpserver, [], rows(1), [], [])
    assert row_total(read(httpserver, UntilEmptyPaginator("after"), empty_is_suspect=True)) == 1


def test_credentials_never_follow_a_link_to_another_host(httpserver: HTTPServer) -> None:
    serve(httpserver, rows(1), headers=({"Link": '<https://elsewhere.example/rows?page=2>; rel="next"'},))
    with pytest.raises(SourceReadError, match="leaves the vendor's host"):
        read(httpserver, HeaderLinkPaginator())


def test_a_page_without_its_totals_is_an_error(httpserver: HTTPServer) -> None:
    def answer(_: Request) -> Response:
        return Response(json.dumps({"content": rows(1)}))

    httpserver.expect_request("/rows").respond_with_handler(answer)
    paginator = PageNumberPaginator(base_page=0, page_param="page", total_path="page.totalPages")
    with pytest.raises(SourceReadError, match="does not say where the list goes on"):
        read(httpserver, paginator, envelope=Envelope("$.content"))


def test_an_empty_page_that_may_be_empty_is_followed(httpserver: HTTPServer) -> None:
    """Asked for once more first: an answer that lost its rows on the way comes whole the second time."""
    following = httpserver.url_for("/rows") + "?$skiptoken=a"
    empty = {"value": [], "@odata.nextLink": following}
    serve(httpserver, empty, empty, {"value": rows(1)})
    paginator = JSONLinkPaginator("'@odata.nextLink'")
    pages = read(httpserver, paginator, envelope=Envelope("$.value"), empty_goes_on=True)
    assert row_total(pages) == 1


def test_empty_pages_that_lead_in_a_circle_end(httpserver: HTTPServer) -> None:
    following = httpserver.url_for("/rows") + "?$skiptoken=a"
    empty = {"value": [], "@odata.nextLink": following}
    serve(httpserver, *[empty] * 4)
    with pytest.raises(IncompleteReadError, match="links back to an earlier page"):
        read(httpserver, JSONLinkPaginator("'@odata.nextLink'"), envelope=Envelope("$.value"), empty_goes_on=True)
