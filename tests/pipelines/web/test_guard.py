"""By which names a server may be called, given the address that it listens on."""

import pytest

from pipelines.web.guard import is_this_machine, known_names

LOCAL = {"localhost", "127.0.0.1", "[::1]"}


@pytest.mark.parametrize(
    ("host", "allowed", "more"),
    [
        ("127.0.0.1", (), set()),
        ("::1", (), set()),
        ("192.168.1.5", (), {"192.168.1.5"}),
        ("fe80::1", (), {"[fe80::1]"}),
        ("Ops.Example.com", (), {"ops.example.com"}),
        ("0.0.0.0", (), set()),
        ("::", (), set()),
        ("0.0.0.0", ("Ops.example.com", "192.168.1.5"), {"ops.example.com", "192.168.1.5"}),
    ],
)
def test_a_server_is_called_by_its_address_and_by_names_that_were_given(host: str, allowed, more: set[str]) -> None:
    assert known_names(host, allowed) == LOCAL | more


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.2", "LOCALHOST"])
def test_only_this_machine_reaches_a_loopback_address(host: str) -> None:
    assert is_this_machine(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.com"])
def test_others_reach_any_other_address(host: str) -> None:
    assert not is_this_machine(host)
