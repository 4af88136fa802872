"""Starts `tieout ui` and a headless Chromium, and ends both with everything that they started.

Used by the browser tests and by scripts/pictures.py.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import requests
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

START_SECONDS = 240  # loading the definitions takes 10 s on an idle machine
STOP_SECONDS = 90
CHROMIUM = shutil.which("chromium")
CHROMEDRIVER = shutil.which("chromedriver")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


@dataclass
class Ui:
    """A running `tieout ui`: its address, its process, and the file that all its processes write to."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path
    is_stopped: bool = False

    @property
    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def ask(self, query: str) -> dict[str, Any]:
        """The data that Dagster's GraphQL answers."""
        answer = requests.post(f"{self.url}/graphql", json={"query": query}, timeout=60)
        answer.raise_for_status()
        body = answer.json()
        assert "errors" not in body, body
        return body["data"]

    def stop(self, by: signal.Signals = signal.SIGTERM) -> list[psutil.Process]:
        """Ask it to end; returns processes of its that are still there afterwards, which then are killed."""
        family = self._family()
        self.process.send_signal(by)
        # First by the object that started it: whoever waits first gets the exit code.
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=STOP_SECONDS)
        _, alive = psutil.wait_procs(family, timeout=10)
        for process in alive:
            process.kill()
        self.process.wait(timeout=10)
        self.is_stopped = True
        return alive

    def _family(self) -> list[psutil.Process]:
        try:
            top = psutil.Process(self.process.pid)
            return [*top.children(recursive=True), top]
        except psutil.NoSuchProcess:
            return []


@contextmanager
def serving(home: Path, log: Path, behind_shell: bool = False) -> Iterator[Ui]:
    """`tieout ui` on a home and a free port.

    Args:
        home: The home.
        log: File for its output.
        behind_shell: Start it as a shell's `&` does, which makes it ignore Ctrl-C from birth.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    tieout = Path(sys.executable).with_name("tieout")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(tieout), "ui", "--home", str(home), "--port", str(port)],
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            preexec_fn=(lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)) if behind_shell else None,
            start_new_session=True,
        )
    ui = Ui(f"http://127.0.0.1:{port}", process, log)
    try:
        _wait_until_up(ui)
        yield ui
    finally:
        if not ui.is_stopped:
            ui.stop()


def _wait_until_up(ui: Ui) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        assert ui.process.poll() is None, ui.output
        try:
            if requests.get(f"{ui.url}/server_info", timeout=5).ok:
                return
        except requests.RequestException:
            time.sleep(0.3)
    raise AssertionError(f"tieout ui did not answer within {START_SECONDS} s:\n{ui.output}")


@contextmanager
def chromium(profile: Path, width: int = 1500, height: int = 1000, scale: float = 1) -> Iterator[webdriver.Chrome]:
    """A headless Chromium with a fresh profile; sizes in CSS pixels."""
    assert CHROMIUM
    assert CHROMEDRIVER
    options = Options()
    options.binary_location = CHROMIUM
    sizes = (f"--window-size={width},{height}", f"--force-device-scale-factor={scale}", f"--user-data-dir={profile}")
    for flag in (*FLAGS, *sizes):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(CHROMEDRIVER))
    try:
        yield driver
    finally:
        driver.quit()
