"""Every planted fault of the sandbox either passes unnoticed or becomes a failed read that names its place."""

from typing import Any

import pytest

from sandbox.misbehave import Kind, Misbehaviour
from sandbox.server import SandboxServer
from sandbox.world.model import World
from tests.connectors.sources import SYSTEMS_OVER_HTTP, reading

pytestmark = pytest.mark.integration

# One small list of each source that pages, and one that hangs on it or stands beside it.
ENDPOINTS = {
    "connectwise": "finance/agreements",
    "microsoft_graph": "subscribedSkus",
    "pax8": "subscriptions",
    "ninjaone": "devices",
}
TABLES = {
    "connectwise": "agreements",
    "microsoft_graph": "subscribed_skus",
    "pax8": "subscriptions",
    "ninjaone": "devices",
}
PASSING: tuple[Kind, ...] = (
    "http_429",
    "http_500",
    "slow",
    "truncated_json",
    "html_200",
    "empty_page",
    "repeated_page",
)
LASTING: tuple[tuple[Kind, str], ...] = (
    ("http_429", "HTTP 429"),
    ("http_500", "HTTP 500"),
    ("slow", "no answer in time"),
    ("truncated_json", "JSON cut off"),
    ("html_200", "HTML instead of JSON"),
    ("expired_token", "access refused (HTTP 401)"),
    ("empty_page", ""),
    ("repeated_page", "repeats an earlier page"),
    ("type_change", "seats"),
)
IMPATIENT = {"timeout_seconds": 0.3, "max_attempts": 2, "page_size": 10}
# What passes takes one attempt; a machine that is busy for 0.3 s may take another.
PATIENT = {**IMPATIENT, "max_attempts": 5}


def outcome(
    system: str, world: World, server: SandboxServer, settings: dict[str, Any] = IMPATIENT
) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for read in reading(system, world, server.url, **settings).reads():
        found.setdefault(read.table_name, []).append((read.status, read.message or ""))
    return found


@pytest.mark.parametrize("system", SYSTEMS_OVER_HTTP)
@pytest.mark.parametrize("kind", PASSING)
def test_a_passing_fault_costs_nothing(system: str, kind: Kind, world: World, server: SandboxServer) -> None:
    fault = Misbehaviour(system=system, kind=kind, endpoint=ENDPOINTS[system], times=1, seconds=0.5, retry_after=0)
    server.set([fault])
    for reads in outcome(system, world, server, PATIENT).values():
        assert {status for status, _ in reads} <= {"ok", "refused"}


@pytest.mark.parametrize("system", ["microsoft_graph", "pax8", "ninjaone"])
def test_an_expired_token_is_renewed(system: str, world: World, server: SandboxServer) -> None:
    server.set([Misbehaviour(system=system, kind="expired_token", endpoint=ENDPOINTS[system], times=1)])
    for reads in outcome(system, world, server, PATIENT).values():
        assert {status for status, _ in reads} <= {"ok", "refused"}


@pytest.mark.parametrize("system", SYSTEMS_OVER_HTTP)
@pytest.mark.parametrize(("kind", "said"), LASTING)
def test_a_lasting_fault_is_a_failed_read_that_names_its_place(
    system: str, kind: Kind, said: str, world: World, server: SandboxServer
) -> None:
    if kind == "repeated_page" and system == "microsoft_graph":
        kind, said = "empty_page", ""  # subscribedSkus has no pages to repeat
    server.set([Misbehaviour(system=system, kind=kind, endpoint=ENDPOINTS[system], seconds=0.5, retry_after=0)])
    found = outcome(system, world, server)
    bad = [(status, message) for status, message in found[TABLES[system]] if status != "ok"]
    assert bad, f"{kind} at {ENDPOINTS[system]} went unnoticed"
    named = [message for _, message in bad if said in message]
    assert named
    assert all(message.startswith(f"{system} /") for message in named)
    assert ENDPOINTS[system] in named[0]


@pytest.mark.parametrize("system", SYSTEMS_OVER_HTTP)
def test_a_source_that_answers_nothing_at_all_fails_in_every_table(
    system: str, world: World, server: SandboxServer
) -> None:
    server.set([Misbehaviour(system=system, kind="http_500")])
    for reads in outcome(system, world, server).values():
        assert {status for status, _ in reads} == {"failed"}


@pytest.mark.parametrize("system", SYSTEMS_OVER_HTTP)
def test_empty_answers_everywhere_never_make_a_quantity_zero(system: str, world: World, server: SandboxServer) -> None:
    server.set([Misbehaviour(system=system, kind="empty_page")])
    found = outcome(system, world, server)
    for reads in found.values():
        assert {status for status, _ in reads} <= {"failed", "refused"} or reads is found.get("computer_systems")
