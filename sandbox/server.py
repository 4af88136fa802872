"""The sandbox on a port of this machine: starting, stopping, and changing its faults while it runs.

What it answers belongs to `sandbox/app.py` and the vendor modules.
"""

import socket
import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

import uvicorn

from sandbox.app import SandboxApp
from sandbox.misbehave import SYSTEMS, Misbehaviour, Switchboard
from sandbox.world.model import World

_HOST = "127.0.0.1"


class SandboxServerError(RuntimeError):
    """The server cannot start, for example because its port is taken."""


class SandboxServer:
    """Serves a world over HTTP from a background thread; use as a context manager, or call `start` and `stop`.

    Args:
        world: What to serve.
        misbehaviour: Faults in force from the start.
        port: Port on 127.0.0.1; 0 takes any free one.
        requests_per_second: Rate limit, one number for every system or one per system; None is no limit.
        token_seconds: Life of tokens, one number for every system or one per system; None is the vendor's own.
        holds_clock: The simulated time stands still at the world's clock, so that a run whose own clock is that moment
            may look at all that is answered. Otherwise it runs on from there.

    Attributes:
        url: Where it listens, without a slash at the end. Known once started.
    """

    def __init__(
        self,
        world: World,
        misbehaviour: Iterable[Misbehaviour] = (),
        port: int = 0,
        *,
        requests_per_second: float | Mapping[str, float] | None = None,
        token_seconds: float | Mapping[str, float] | None = None,
        holds_clock: bool = False,
    ) -> None:
        self.world = world
        self.url = ""
        self._port = port
        self._switchboard = Switchboard(misbehaviour)
        self._limits = _per_system(requests_per_second)
        self._token_seconds = _per_system(token_seconds)
        self._started = 0.0
        self._holds_clock = holds_clock
        self._app: SandboxApp | None = None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Listen and answer.

        Raises:
            SandboxServerError: The port is taken, or the server runs already.
        """
        if self._thread is not None:
            raise SandboxServerError("the sandbox server runs already")
        listener = self._listen()
        self._started = time.monotonic()
        self._app = SandboxApp(
            self.world,
            self._switchboard,
            self.now,
            requests_per_second=self._limits,
            token_seconds=self._token_seconds,
        )
        config = uvicorn.Config(
            self._app,
            lifespan="off",
            log_config=None,
            access_log=False,
            date_header=False,  # the simulated clock writes it
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([listener],), name="sandbox-server", daemon=True)
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                self.stop()
                raise SandboxServerError("the sandbox server ended while it was starting")
            time.sleep(0.002)
        self.url = f"http://{_HOST}:{listener.getsockname()[1]}"

    def stop(self) -> None:
        """Stop answering and free the port; answers under way are broken off."""
        if self._thread is None or self._server is None:
            return
        self._server.should_exit = self._server.force_exit = True
        self._thread.join()
        self._thread = self._server = None

    def now(self) -> datetime:
        """Return the simulated time: the world's clock and, unless it is held, the time since the server started."""
        passed = 0.0 if self._holds_clock else time.monotonic() - self._started
        return self.world.clock.astimezone(UTC) + timedelta(seconds=passed)

    def set(self, misbehaviour: Iterable[Misbehaviour]) -> None:
        """Replace the faults in force; their counters start again."""
        self._switchboard.set(misbehaviour)

    def refresh(self) -> None:
        """Forget sorted and filtered lists; needed after rows of the world were changed in place."""
        if self._app is not None:
            self._app.shared.views.clear()

    def requests(self, system: str) -> Counter[str]:
        """Return how often each path of a system was asked for since the start, without prefix and query."""
        if self._app is None or system not in SYSTEMS:
            raise SandboxServerError(f"no system {system!r} is served")
        return self._app.requests(system)

    def _listen(self) -> socket.socket:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((_HOST, self._port))
            listener.listen(512)
        except OSError as error:
            listener.close()
            raise SandboxServerError(
                f"cannot listen on {_HOST}:{self._port}: {error.strerror}. Choose another port, or 0 for any free one."
            ) from error
        return listener


def _per_system(value: float | Mapping[str, float] | None) -> dict[str, float]:
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return dict(value)
    return dict.fromkeys(SYSTEMS, value)
