"""Starting, stopping and sharing the server."""

import contextlib
import socket
import threading
import time

import pytest
import requests

from sandbox.misbehave import Misbehaviour
from sandbox.server import SandboxServer, SandboxServerError
from tests.sandbox.server.clients import Clients
from tests.sandbox.server.conftest import small_world


def test_a_taken_port_is_named_in_the_error(server: SandboxServer) -> None:
    port = int(server.url.rsplit(":", 1)[1])
    with pytest.raises(SandboxServerError, match=f"127.0.0.1:{port}.*another port"):
        SandboxServer(small_world(), port=port).start()


def test_stopping_takes_less_than_a_second_and_frees_the_port() -> None:
    server = SandboxServer(small_world(), [Misbehaviour(system="connectwise", kind="slow", seconds=30)])
    server.start()
    port = int(server.url.rsplit(":", 1)[1])
    url = f"{server.url}/connectwise/v4_6_release/apis/3.0/system/info"

    def ask() -> None:
        with contextlib.suppress(requests.RequestException):
            requests.get(url, timeout=30)

    hanging = threading.Thread(target=ask)
    hanging.start()
    while not server.requests("connectwise"):
        time.sleep(0.01)
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 1
    hanging.join(timeout=5)
    assert not hanging.is_alive()
    with SandboxServer(small_world(), port=port) as again:
        assert again.url.endswith(f":{port}")


def test_stopping_twice_is_harmless() -> None:
    server = SandboxServer(small_world())
    server.start()
    server.stop()
    server.stop()


def test_a_running_server_cannot_be_started_again(server: SandboxServer) -> None:
    with pytest.raises(SandboxServerError, match="runs already"):
        server.start()


def test_it_listens_on_this_machine_only(server: SandboxServer) -> None:
    port = int(server.url.rsplit(":", 1)[1])
    with socket.socket() as other:
        other.settimeout(1)
        assert other.connect_ex(("127.0.0.2", port)) != 0


def test_two_servers_keep_their_worlds_apart(clients: Clients) -> None:
    world = small_world()
    world.connectwise.companies = world.connectwise.companies[:3]
    with SandboxServer(world) as other, Clients(other.url) as others:
        assert others.psa("/company/companies/count").json() == {"count": 3}
        assert clients.psa("/company/companies/count").json() == {"count": 60}


def test_many_threads_get_each_row_once(clients: Clients, server: SandboxServer) -> None:
    headers, seen, lock = clients.pax8(), [], threading.Lock()

    def read(number: int) -> None:
        answer = requests.get(f"{server.url}/pax8/v1/subscriptions?page={number}&size=50", headers=headers, timeout=10)
        with lock:
            seen.extend(row["id"] for row in answer.json()["content"])

    threads = [threading.Thread(target=read, args=(number,)) for number in range(9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == sorted(row["id"] for row in server.world.pax8.subscriptions)


def test_rows_changed_in_place_are_seen_after_a_refresh() -> None:
    world = small_world()
    with SandboxServer(world) as server, Clients(server.url) as clients:
        headers = clients.pax8()

        def cancelled() -> int:
            answer = clients.get("/pax8/v1/subscriptions", headers, status="Cancelled").json()
            return int(answer["page"]["totalElements"])

        assert cancelled() == 45
        world.pax8.subscriptions[1]["status"] = "Cancelled"
        server.refresh()
        assert cancelled() == 46


def test_requests_of_an_unknown_system_are_an_error(server: SandboxServer) -> None:
    with pytest.raises(SandboxServerError, match="acme"):
        server.requests("acme")


def test_a_held_clock_stands_at_the_worlds_own_moment_and_another_runs_on() -> None:
    world = small_world()
    with SandboxServer(world, holds_clock=True) as held, SandboxServer(world) as running:
        before = running.now()
        time.sleep(0.01)
        assert held.now() == world.clock
        assert running.now() > before
