"""The command line of the sandbox: options, what it prints, how it ends."""

import threading
import time
from datetime import UTC, datetime

import pytest
import requests

from sandbox.__main__ import _parser, _serve, main
from sandbox.misbehave import Misbehaviour
from sandbox.server import SandboxServer
from tests.sandbox.server.conftest import small_world


def test_options_are_read() -> None:
    line = "--seed 3 --clients 5 --port 0 --clock 2026-06-15T12:00Z --misbehave pax8:http_500:invoices ninjaone:slow"
    options = _parser().parse_args([*line.split(), "--features", "bundles,splits"])
    assert options.features == {"bundles", "splits"}
    assert (options.seed, options.clients, options.port) == (3, 5, 0)
    assert options.clock == datetime(2026, 6, 15, 12, tzinfo=UTC)
    assert options.misbehave == [
        Misbehaviour(system="pax8", kind="http_500", endpoint="invoices"),
        Misbehaviour(system="ninjaone", kind="slow"),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("--misbehave acme:http_500", "unknown system 'acme'"),
        ("--clock tomorrow", "is not a time"),
        ("--port high", "invalid int"),
        ("--features bundle", "no feature is called bundle"),
    ],
)
def test_a_wrong_option_is_refused_with_the_reason(line: str, reason: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(line.split())
    assert reason in capsys.readouterr().err


def test_it_says_where_it_listens_and_serves_until_stopped(capsys: pytest.CaptureFixture[str]) -> None:
    options = _parser().parse_args(["--port", "0", "--misbehave", "pax8:http_500"])
    stopped, codes, printed = threading.Event(), [], ""
    thread = threading.Thread(target=lambda: codes.append(_serve(small_world(), options, stopped)))
    thread.start()
    try:
        deadline = time.monotonic() + 10
        while "Ctrl+C" not in printed and time.monotonic() < deadline:
            printed += capsys.readouterr().out
            time.sleep(0.01)
        url = printed.split(" at ", 1)[1].split()[0]
        assert requests.get(f"{url}/connectwise/login/companyinfo/sandbox", timeout=5).status_code == 200
    finally:
        stopped.set()
        thread.join(timeout=5)
    assert codes == [0]
    assert "--write-home" in printed
    assert "Misbehaving: pax8 http_500" in printed


def test_a_taken_port_ends_with_1_and_the_reason(server: SandboxServer, capsys: pytest.CaptureFixture[str]) -> None:
    options = _parser().parse_args(["--port", server.url.rsplit(":", 1)[1]])
    assert _serve(small_world(), options, threading.Event()) == 1
    assert "cannot listen on 127.0.0.1" in capsys.readouterr().err
