import threading
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError
from pytest_httpserver import HTTPServer
from requests import Request
from werkzeug import Response

from connectors.auth import BasicAuth, TokenAuth
from connectors.bodies import Envelope
from connectors.config import ApiConfig, check_address
from connectors.errors import AccessRefusedError, NotFoundError, SourceReadError, TimeBudgetError
from connectors.http import Budget, SourceClient, Tally, token_fetcher
from connectors.registry import SYSTEMS

# Pauses are short; an answer has all the time that a busy machine takes, since a second request would be counted.
QUICK = ApiConfig(backoff_seconds=0.01, max_attempts=3, timeout_seconds=30)
SECRET = "do-not-show-this"


def client(auth: Any = None, budget: Budget | None = None, config: ApiConfig = QUICK) -> SourceClient:
    return SourceClient("pax8", config, budget or Budget(30), auth)


def ask(httpserver: HTTPServer, tally: Tally | None = None, **more: Any) -> Any:
    sender = more.pop("client", None) or client()
    return sender.get(httpserver.url_for("/rows"), endpoint="/rows", tally=tally or Tally(), **more)


def test_an_answer_says_how_many_rows_it_has_and_what_it_cost(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/rows").respond_with_data('[{"id": 4}, {"id": 7}]')
    tally = Tally()
    answer = ask(httpserver, tally)
    assert (answer.row_count, answer.last_key) == (2, "7")
    assert (tally.requests, tally.retries) == (1, 0)
    assert abs(tally.clock() - datetime.now(UTC)) < timedelta(seconds=10)  # the server's Date header


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (Response("no", 500), "HTTP 500"),
        (Response("slow down", 429), "HTTP 429"),
        (Response("<html>Sign in</html>", 200), "HTML instead of JSON"),
        (Response('[{"id": 1}, {"i', 200), "JSON cut off or broken"),
        (Response('{"message": "no"}', 200), "unexpected envelope"),
        (Response(b"\xff\xfe", 200), "not UTF-8"),
        (Response("", 200), "JSON cut off or broken"),
    ],
)
def test_passing_faults_are_repeated_and_lasting_ones_are_named(
    httpserver: HTTPServer, bad: Response, said: str
) -> None:
    httpserver.expect_ordered_request("/rows").respond_with_response(bad)
    httpserver.expect_ordered_request("/rows").respond_with_data("[]")
    tally = Tally()
    assert ask(httpserver, tally).row_count == 0
    assert (tally.requests, tally.retries) == (2, 1)
    httpserver.clear()
    httpserver.expect_request("/rows").respond_with_response(bad)
    with pytest.raises(SourceReadError) as caught:
        ask(httpserver)
    assert str(caught.value).startswith("pax8 /rows: after 3 attempts: ")
    assert said in str(caught.value)


def test_retry_after_is_waited_for(httpserver: HTTPServer) -> None:
    httpserver.expect_ordered_request("/rows").respond_with_data("", 429, headers={"Retry-After": "1"})
    httpserver.expect_ordered_request("/rows").respond_with_data("[]")
    started = time.monotonic()
    ask(httpserver)
    assert time.monotonic() - started >= 1.0


def test_nobody_waits_for_a_retry_after_beyond_the_time_budget(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/rows").respond_with_data("", 429, headers={"Retry-After": "100"})
    with pytest.raises(SourceReadError, match="HTTP 429"):
        ask(httpserver, client=client(budget=Budget(5)))


@pytest.fixture
def slow_server() -> Iterator[HTTPServer]:
    """A server of the test's own: what is still on its way to it when the test ends reaches no other test."""
    with HTTPServer(threaded=True) as server:
        yield server


def test_a_slow_answer_ends_in_a_named_error(slow_server: HTTPServer) -> None:
    def slow(_: Any) -> Response:
        time.sleep(0.4)
        return Response("[]")

    slow_server.expect_request("/rows").respond_with_handler(slow)
    impatient = ApiConfig(backoff_seconds=0.01, max_attempts=2, timeout_seconds=0.1)
    with pytest.raises(SourceReadError, match="no answer in time"):
        ask(slow_server, client=client(config=impatient))


def test_an_unreachable_host_ends_in_a_named_error() -> None:
    with pytest.raises(SourceReadError, match=r"pax8 /rows: after 3 attempts: connection refused or broken"):
        client().get("http://127.0.0.1:9/rows", endpoint="/rows", tally=Tally())


def test_a_source_over_its_time_sends_nothing(httpserver: HTTPServer) -> None:
    budget = Budget(30)
    budget.stop()
    with pytest.raises(TimeBudgetError, match="time budget of 30 s used up"):
        ask(httpserver, client=client(budget=budget))
    assert not httpserver.log


@pytest.mark.parametrize(("status", "error"), [(403, AccessRefusedError), (404, NotFoundError), (400, SourceReadError)])
def test_lasting_statuses_are_not_repeated(httpserver: HTTPServer, status: int, error: type[Exception]) -> None:
    httpserver.expect_request("/rows").respond_with_data("{}", status)
    with pytest.raises(error):
        ask(httpserver)
    assert len(httpserver.log) == 1


def test_a_redirect_is_not_followed(httpserver: HTTPServer) -> None:
    headers = {"Location": "https://login.example/sign-in?token=abc"}
    httpserver.expect_request("/rows").respond_with_data("", 302, headers=headers)
    with pytest.raises(SourceReadError, match=r"HTTP 302, redirected to login\.example$"):
        ask(httpserver)


def token_auth(httpserver: HTTPServer, as_json: bool = False) -> TokenAuth:
    fetch = token_fetcher(client(), "/token", Tally())
    return TokenAuth(
        httpserver.url_for("/token"), "me", SecretStr(SECRET), fetch, {"audience": "them"}, as_json=as_json
    )


def test_a_refused_token_is_renewed_once(httpserver: HTTPServer) -> None:
    for number in (1, 2):
        httpserver.expect_ordered_request("/token", method="POST").respond_with_json(
            {"access_token": f"token{number}", "expires_in": 3600}
        )
        status = 401 if number == 1 else 200
        httpserver.expect_ordered_request(
            "/rows", headers={"Authorization": f"Bearer token{number}"}
        ).respond_with_data("[]", status)
    assert ask(httpserver, client=client(token_auth(httpserver))).row_count == 0


def test_a_token_refused_again_is_a_refusal(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/token").respond_with_json({"access_token": "t", "expires_in": 3600})
    httpserver.expect_request("/rows").respond_with_data("{}", 401)
    with pytest.raises(AccessRefusedError):
        ask(httpserver, client=client(token_auth(httpserver)))
    assert [request.path for request, _ in httpserver.log] == ["/token", "/rows", "/token", "/rows"]


def test_the_token_request_is_json_where_the_vendor_wants_it(httpserver: HTTPServer) -> None:
    wanted = {"client_id": "me", "client_secret": SECRET, "audience": "them", "grant_type": "client_credentials"}
    httpserver.expect_request("/token", json=wanted).respond_with_json({"access_token": "t"})
    httpserver.expect_request("/rows").respond_with_data("[]")
    assert ask(httpserver, client=client(token_auth(httpserver, as_json=True))).row_count == 0


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        (Response('{"error": "invalid_client"}', 400), AccessRefusedError, "login refuses"),
        (Response("{}", 401), AccessRefusedError, "access refused"),
        (Response("<html>", 200), SourceReadError, "HTML instead of JSON"),
        (Response("{}", 200), SourceReadError, "no access_token"),
        (Response("", 503), SourceReadError, "HTTP 503"),
    ],
)
def test_a_login_that_gives_no_token_is_named_without_the_secret(
    httpserver: HTTPServer, answer: Response, error: type[SourceReadError], said: str
) -> None:
    httpserver.expect_request("/token").respond_with_response(answer)
    auth = token_auth(httpserver)
    with pytest.raises(error, match=said) as caught:
        ask(httpserver, client=client(auth))
    assert "/token" in str(caught.value)
    assert SECRET not in f"{caught.value!r} {auth!r} {caught.value.__cause__!r}"


def test_credentials_do_not_show() -> None:
    assert SECRET not in repr(BasicAuth("user", SecretStr(SECRET)))


def test_an_object_is_asked_for_where_there_are_no_rows(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/rows").respond_with_json({"count": 3})
    assert ask(httpserver, envelope=Envelope(rows=None)).envelope == {"count": 3}


def test_the_envelope_leaves_the_rows_out(httpserver: HTTPServer) -> None:
    page = {"content": [{"id": 1}], "page": {"totalElements": 1}}
    httpserver.expect_request("/rows").respond_with_json(page)
    answer = ask(httpserver, envelope=Envelope("$.content"))
    assert answer.json() == {"page": {"totalElements": 1}}
    assert answer.row_count == 1


def test_parameters_reach_the_server(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/rows", query_string={"size": "200"}).respond_with_data("[]")
    request = Request("GET", httpserver.url_for("/rows"), params={"size": "200"})
    assert client().send(request, endpoint="/rows", tally=Tally(), envelope=Envelope()).row_count == 0


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error": {"code": "Request_BadRequest", "message": "Invalid  filter clause"}},
         "HTTP 400: Request_BadRequest: Invalid filter clause"),
        ({"code": "InvalidObject", "message": "conditions are invalid", "errors": [{"message": "Field x is unknown"}]},
         "HTTP 400: InvalidObject: conditions are invalid: Field x is unknown"),
        ({"resultCode": "FAILURE", "errorMessage": "Bad cursor"}, "HTTP 400: FAILURE: Bad cursor"),
        ({"type": "bad-request", "message": "size is too large", "details": []}, "HTTP 400: bad-request: size is too"),
    ],
)  # fmt: skip
def test_a_refusal_shows_the_reason_that_the_vendor_states(httpserver: HTTPServer, body: Any, said: str) -> None:
    httpserver.expect_request("/rows").respond_with_json(body, 400)
    with pytest.raises(SourceReadError) as caught:
        ask(httpserver)
    assert said in str(caught.value)


class Keyed(ApiConfig):
    client_secret: SecretStr = SecretStr("short1")


def test_a_reason_is_short_and_holds_no_secret(httpserver: HTTPServer) -> None:
    token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.abc123"
    message = f"Bad short1 of ana@fabrikam.example, client_secret={SECRET}, Bearer {token}, got {token} " + "x" * 900
    httpserver.expect_request("/rows").respond_with_json({"error": "invalid", "error_description": message}, 400)
    with pytest.raises(SourceReadError) as caught:
        ask(httpserver, client=client(config=Keyed(max_attempts=1)))
    said = str(caught.value)
    assert said.startswith("pax8 /rows: HTTP 400: invalid: Bad ... of (a user)")
    assert len(said) < 250
    assert not [part for part in ("short1", SECRET, "eyJ", "abc123", "ana@") if part in said]


@pytest.mark.parametrize("body", ["", "no JSON", "[]", "null", "{}", '{"error": 7}', "[" * 30_000])
def test_a_refusal_without_a_stated_reason_is_told_by_its_status(httpserver: HTTPServer, body: str) -> None:
    httpserver.expect_request("/rows").respond_with_data(body, 400)
    with pytest.raises(SourceReadError, match=r"pax8 /rows: HTTP 400$"):
        ask(httpserver)


def test_time_that_is_over_names_the_endpoint_that_took_it(httpserver: HTTPServer) -> None:
    def slow(_: Any) -> Response:
        time.sleep(0.3)
        return Response("[]")

    httpserver.expect_request("/slow").respond_with_handler(slow)
    httpserver.expect_request("/rows").respond_with_data("[]")
    budget = Budget(30)
    sender = client(budget=budget)
    sender.get(httpserver.url_for("/slow"), endpoint="/slow", tally=Tally())
    ask(httpserver, client=sender)
    budget.stop()
    with pytest.raises(TimeBudgetError, match=r"pax8 /rows: time budget of 30 s used up, \d+ s of it at /slow"):
        ask(httpserver, client=sender)


def test_of_several_requests_under_way_the_one_that_hangs_longest_is_named() -> None:
    budget = Budget(30)
    answered, may_end = threading.Event(), threading.Event()

    def hang() -> None:
        with budget.waiting("/hanging"):
            answered.set()
            may_end.wait(10)

    thread = threading.Thread(target=hang)
    thread.start()
    answered.wait(10)
    with budget.waiting("/quick"):
        pass
    assert budget.asked == "/hanging"
    with budget.waiting("/later"):
        assert budget.asked == "/hanging"
    may_end.set()
    thread.join()
    assert budget.asked == "/later"


@pytest.mark.parametrize("rows", ["$.value", None])
def test_a_field_that_stands_twice_in_the_envelope_is_refused(httpserver: HTTPServer, rows: str | None) -> None:
    httpserver.expect_request("/rows").respond_with_data('{"value": [{"id": 1}], "value": []}')
    with pytest.raises(SourceReadError, match=r"stands twice: value, value"):
        ask(httpserver, envelope=Envelope(rows))


def packed(text: bytes, encoding: str, level: int = 9) -> bytes:
    packer = zlib.compressobj(level, zlib.DEFLATED, 31 if encoding == "gzip" else 15)
    return packer.compress(text) + packer.flush()


def bomb(encoding: str, megabytes: int) -> Response:
    """A well-formed answer of blanks, small on the wire."""
    body = packed(b"[" + b" " * (megabytes * 1_000_000) + b"]", encoding)
    return Response(body, 200, {"Content-Encoding": encoding})


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_small_answer_that_unpacks_to_gigabytes_is_refused_at_once_and_without_their_memory(
    httpserver: HTTPServer, encoding: str
) -> None:
    answer = bomb(encoding, 300)
    assert len(answer.data) < 400_000
    httpserver.expect_request("/rows").respond_with_response(answer)
    tally = Tally()
    tracemalloc.start()
    with pytest.raises(SourceReadError) as caught:
        ask(httpserver, tally, client=client(config=QUICK.model_copy(update={"max_answer_megabytes": 8})))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert str(caught.value) == (
        "pax8 /rows: an answer of more than 8 MB (unpacked), which is not read; if it is right, raise "
        "max_answer_megabytes under [sources.pax8]"
    )
    assert tally.requests == 1  # it would be as large the next time
    assert peak < 100_000_000


def test_a_large_answer_without_packing_is_refused_too(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/rows").respond_with_data(b"[" + b" " * 1_100_000 + b"]")
    with pytest.raises(SourceReadError, match="more than 1 MB"):
        ask(httpserver, client=client(config=QUICK.model_copy(update={"max_answer_megabytes": 1})))


def test_a_large_refusal_and_a_large_token_are_not_read_either(httpserver: HTTPServer) -> None:
    small = QUICK.model_copy(update={"max_answer_megabytes": 1})
    httpserver.expect_request("/rows").respond_with_data(b"x" * 2_000_000, 403)
    with pytest.raises(SourceReadError, match="more than 1 MB"):
        ask(httpserver, client=client(config=small))
    httpserver.expect_request("/token").respond_with_data(b"[" + b" " * 2_000_000 + b"]")
    fetch = token_fetcher(client(config=small), "/token", Tally())
    with pytest.raises(SourceReadError, match="more than 1 MB"):
        fetch(Request("POST", httpserver.url_for("/token")))


def test_an_answer_packed_twice_is_refused_unread(httpserver: HTTPServer) -> None:
    body = packed(packed(b"[]", "gzip"), "gzip")
    httpserver.expect_request("/rows").respond_with_response(Response(body, 200, {"Content-Encoding": "gzip, gzip"}))
    with pytest.raises(SourceReadError, match="packed 2 times"):
        ask(httpserver)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_packed_answer_within_the_limit_is_read(httpserver: HTTPServer, encoding: str) -> None:
    body = packed(b'[{"id": 4}]', encoding)
    httpserver.expect_request("/rows").respond_with_response(Response(body, 200, {"Content-Encoding": encoding}))
    assert ask(httpserver).row_count == 1


def test_an_answer_that_drips_ends_with_the_sources_time(slow_server: HTTPServer) -> None:
    def drip(_: Any) -> Response:
        def parts():
            for _ in range(1000):
                time.sleep(0.1)
                yield b" " * 70_000

        return Response(parts(), 200)

    slow_server.expect_request("/rows").respond_with_handler(drip)
    started = time.monotonic()
    with pytest.raises(SourceReadError):
        ask(slow_server, client=client(budget=Budget(1)))
    assert time.monotonic() - started < 60  # it drips for a hundred


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.com",
        "http://10.0.0.5:8080",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "HTTP://api.example.com",
        "http://user:pass@localhost",
        "https://user@api.example.com",
        "ftp://api.example.com",
        "file:///etc/passwd",
        "api.example.com",
        "https://",
        "https://api.example.com:port",
        "https://api.example\x1b[31m.com",
        "",
    ],
)
@pytest.mark.parametrize("field", ["api_url", "login_url"])
@pytest.mark.parametrize("system", ["connectwise", "microsoft_graph", "ninjaone", "pax8"])
def test_an_address_that_sends_credentials_in_the_open_is_refused(system: str, field: str, url: str) -> None:
    with pytest.raises(ValidationError) as caught:
        SYSTEMS[system].config_model.model_validate({field: url})
    assert field in {error["loc"][0] for error in caught.value.errors() if error["type"] == "value_error"}


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.com",
        "HTTPS://api.example.com/v1",
        "http://127.0.0.1:1",
        "http://[::1]:8",
        "http://localhost:1/x",
    ],
)
def test_https_and_this_machine_are_good_addresses(url: str) -> None:
    check_address(url)
