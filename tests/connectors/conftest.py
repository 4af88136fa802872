"""A small world served over HTTP, once per test module; each test starts with a server that behaves."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from sandbox.server import SandboxServer
from sandbox.world import generate
from sandbox.world.model import World


@pytest.fixture(scope="module")
def world() -> World:
    return generate(7, clients=8, clock=datetime(2026, 9, 20, 6, tzinfo=UTC))


@pytest.fixture(scope="module")
def running_server(world: World) -> Iterator[SandboxServer]:
    with SandboxServer(world) as server:
        yield server


@pytest.fixture
def server(running_server: SandboxServer) -> SandboxServer:
    running_server.set([])
    return running_server
