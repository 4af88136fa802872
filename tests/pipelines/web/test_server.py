"""Dagster's real web server behind the guard, asked over HTTP and web sockets as browsers and programs ask it."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
import uvicorn
from dagster import DagsterInstance, job
from dagster._core.test_utils import create_run_for_test
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import EmptyWorkspaceTarget
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from pipelines.defs.instance import open_instance
from pipelines.home import Home
from pipelines.web.server import GuardedWebserver
from pipelines.web.services import UiError, listen

DELETE = 'mutation { deletePipelineRun(runId: "%s") { __typename } }'
EVIL = "evil.example"


@job
def nothing() -> None:
    """A job to have a run of."""


@dataclass
class Server:
    """A guarded server on a free port, with one finished run that a stranger may want to delete."""

    instance: DagsterInstance
    port: int
    run_id: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def own(self) -> str:
        return f"127.0.0.1:{self.port}"

    def has_run(self) -> bool:
        return self.instance.get_run_by_id(self.run_id) is not None

    def new_run(self) -> str:
        return create_run_for_test(self.instance, "nothing").run_id


@contextmanager
def serving(instance: DagsterInstance, *allowed: str) -> Iterator[Server]:
    opened = listen("127.0.0.1", 0)
    with WorkspaceProcessContext(instance, EmptyWorkspaceTarget()) as context:
        app = GuardedWebserver(context, "127.0.0.1", allowed).create_asgi_app()
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, args=([opened],))
        thread.start()
        try:
            while not server.started:
                thread.join(0.02)
            yield Server(instance, opened.getsockname()[1], create_run_for_test(instance, "nothing").run_id)
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with open_instance(Home(tmp_path_factory.mktemp("served"))) as instance, serving(instance) as started:
        yield started


def ask(server: Server, method: str, path: str = "/graphql", **about) -> requests.Response:
    return requests.request(method, f"{server.url}{path}", timeout=30, allow_redirects=False, **about)


def test_the_persons_own_page_and_programs_are_answered(server: Server) -> None:
    query = {"query": "{ version }"}
    page = {"Origin": server.url, "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}
    for headers in ({}, page, {"Host": f"localhost:{server.port}", "Origin": f"http://localhost:{server.port}"}):
        answer = ask(server, "POST", json=query, headers=headers)
        assert answer.status_code == 200
        assert "version" in answer.json()["data"]
    assert ask(server, "GET", "/server_info").json()["dagster_version"]
    assert ask(server, "GET", "/runs", headers={"Accept": "text/html"}).status_code == 200
    assert ask(server, "GET", headers={"Accept": "text/html"}).status_code == 200  # the playground


def test_an_own_page_may_delete_a_run(server: Server) -> None:
    run = server.new_run()
    answer = ask(server, "POST", json={"query": DELETE % run}, headers={"Origin": server.url})
    assert answer.json()["data"]["deletePipelineRun"]["__typename"] == "DeletePipelineRunSuccess"
    assert server.instance.get_run_by_id(run) is None


@pytest.mark.parametrize("name", [EVIL, f"{EVIL}:3000", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.7"])
def test_a_foreign_name_that_points_here_is_refused_and_named(server: Server, name: str) -> None:
    for headers in ({"Host": name}, {"Host": name, "Origin": f"http://{name}"}):
        answer = ask(server, "POST", json={"query": DELETE % server.run_id}, headers=headers)
        assert answer.status_code == 403
        assert f"tieout ui --allow-host {name.partition(':')[0]}" in answer.text
    assert ask(server, "GET", "/", headers={"Host": name}).status_code == 403
    assert server.has_run()


@pytest.mark.parametrize(
    "origin",
    [
        f"http://{EVIL}",
        "null",
        "http://localhost:1",
        "http://127.0.0.1",
        "https://127.0.0.1.evil.example",
        "file://",
        "chrome-extension://abc",
    ],
)
def test_a_page_of_another_site_is_refused(server: Server, origin: str) -> None:
    answer = ask(server, "POST", json={"query": DELETE % server.run_id}, headers={"Origin": origin})
    assert answer.status_code == 403
    assert "web page of another site" in answer.text
    assert server.has_run()


@pytest.mark.parametrize("accept", ["*/*", "application/json", "image/avif,image/webp,*/*;q=0.8"])
@pytest.mark.parametrize("path", ["/graphql", "/graphql%0A"])
def test_a_link_or_picture_deletes_nothing(server: Server, accept: str, path: str) -> None:
    for text in (DELETE % server.run_id, "{ version }", "query { version }"):
        answer = ask(server, "GET", path, params={"query": text}, headers={"Accept": accept})
        assert answer.status_code == 405
        assert "POST" in answer.text
    assert server.has_run()


def test_opened_in_a_tab_a_link_with_a_query_shows_a_page_and_runs_nothing(server: Server) -> None:
    answer = ask(server, "GET", params={"query": DELETE % server.run_id}, headers={"Accept": "text/html,*/*"})
    assert answer.headers["Content-Type"].startswith("text/html")
    assert server.has_run()


@pytest.mark.parametrize(
    "kind",
    [
        None,
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain; application/json",
        "application/graphql",
    ],
)
def test_a_form_that_any_page_can_send_deletes_nothing(server: Server, kind: str | None) -> None:
    body = json.dumps({"query": DELETE % server.run_id})
    answer = ask(
        server,
        "POST",
        params={"query": DELETE % server.run_id},
        data=body.encode(),
        headers={"Content-Type": kind} if kind else {},
    )
    assert answer.status_code == 403
    assert "application/json" in answer.text
    assert server.has_run()


def test_other_doors_for_writing_are_guarded_too(server: Server) -> None:
    path = "/report_asset_materialization/raw_pax8/subscriptions"
    assert ask(server, "POST", path).status_code == 403
    assert ask(server, "POST", path, json={}, headers={"Origin": f"http://{EVIL}"}).status_code == 403
    assert ask(server, "POST", path, json={}, headers={"Host": EVIL}).status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_a_browser_says_comes_from_elsewhere_may_only_open_a_tab(server: Server, site: str) -> None:
    link = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Accept": "text/html"}
    assert ask(server, "GET", "/runs", headers=link).status_code == 200
    for changed in ({"Sec-Fetch-Dest": "iframe"}, {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}):
        assert ask(server, "GET", "/runs", headers={**link, **changed}).status_code == 403
    assert ask(server, "POST", json={"query": "{ version }"}, headers=link).status_code == 403


def test_no_page_may_show_it_in_a_frame_or_read_its_files(server: Server) -> None:
    for path in ("/", "/server_info", "/favicon.ico"):
        headers = ask(server, "GET", path).headers
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Access-Control-Allow-Origin" not in headers


def test_a_request_without_one_clear_host_is_refused(server: Server) -> None:
    for hosts in (b"", b"Host: \r\n", b"Host: a@127.0.0.1\r\n", b"Host: 127.0.0.1:x\r\n", b"Host: [::1\r\n"):
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as raw:
            raw.sendall(b"GET /server_info HTTP/1.0\r\n" + hosts + b"\r\n")
            status = raw.recv(100).split()[1]
        assert status in (b"400", b"403"), hosts


def socket_to(server: Server, host: str | None = None, **headers: str):
    # The client writes the Host of its address; another one is connected to through a socket that is open already.
    there = socket.create_connection(("127.0.0.1", server.port))
    return connect(
        f"ws://{host or server.own}/graphql", sock=there, subprotocols=["graphql-ws"], additional_headers=headers
    )


def test_web_sockets_of_the_own_page_and_of_programs_open(server: Server) -> None:
    for headers in ({}, {"Origin": server.url}):
        with socket_to(server, **headers) as opened:
            opened.send(json.dumps({"type": "connection_init"}))
            assert json.loads(opened.recv(10))["type"] == "connection_ack"


@pytest.mark.parametrize(
    ("host", "headers"),
    [
        (None, {"Origin": f"http://{EVIL}"}),
        (None, {"Origin": "null"}),
        (None, {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "websocket"}),
        (EVIL, {}),
        (f"{EVIL}:3000", {"Origin": f"http://{EVIL}:3000"}),
    ],
)
def test_web_sockets_of_foreign_pages_never_open(server: Server, host: str | None, headers: dict[str, str]) -> None:
    with pytest.raises(InvalidStatus) as refused, socket_to(server, host, **headers):
        pass
    assert refused.value.response.status_code == 403
    assert b"tieout refuses this request" in refused.value.response.body


def test_names_that_a_person_allows_are_answered_also_behind_a_proxy(tmp_path: Path) -> None:
    name = "tieout.example.com"
    with open_instance(Home(tmp_path)) as instance, serving(instance, name) as server:
        query = {"query": "{ version }"}
        proxied = ({"Host": name, "Origin": f"https://{name}"}, {"Host": server.own, "Origin": f"https://{name}"})
        for headers in (*proxied, {"Host": name.upper()}):
            assert ask(server, "POST", json=query, headers=headers).status_code == 200
        for headers in ({"Host": "other.example.com"}, {"Host": name, "Origin": f"https://{EVIL}"}):
            assert ask(server, "POST", json=query, headers=headers).status_code == 403


def test_a_port_in_use_is_said_in_a_sentence() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(UiError, match=rf"^cannot listen on .* port {port} \(address already in use\): choose"):
            listen("127.0.0.1", port)


def test_an_address_of_no_machine_is_said_in_a_sentence() -> None:
    with pytest.raises(UiError, match=r"^no-such-host\.invalid port 3000 is no address to listen on \("):
        listen("no-such-host.invalid", 3000)
