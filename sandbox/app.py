"""The sandbox as one ASGI application: four vendors, one clock, and a gate that counts, limits and spoils answers.

Sockets and threads belong to `sandbox/server.py`; what a vendor answers belongs to its own module.
"""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import format_datetime
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.connectwise import ConnectWise
from sandbox.microsoft_graph import MicrosoftGraph
from sandbox.misbehave import Misbehaviour, Switchboard
from sandbox.ninjaone import NinjaOne
from sandbox.pax8 import Pax8
from sandbox.vendor import PATH_KEY, Shared, Vendor
from sandbox.world.model import World

_LOGIN_PAGE: Final = (
    "<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Sign in</h1>"
    '<form method="post"><input name="user"><input name="password" type="password"></form></body></html>'
)


class SandboxApp:
    """Serves a world as the four vendors would.

    Args:
        world: What to serve. Its rows are read at each request and never copied or changed.
        switchboard: Faults in force.
        clock: The simulated time, UTC, that every answer carries in its Date header.
        requests_per_second: Limit per system; a missing system has none.
        token_seconds: Life of a token per system; a missing system uses the vendor's own life.
    """

    def __init__(
        self,
        world: World,
        switchboard: Switchboard,
        clock: Callable[[], datetime],
        *,
        requests_per_second: Mapping[str, float] | None = None,
        token_seconds: Mapping[str, float] | None = None,
    ) -> None:
        self.shared = Shared(switchboard, clock, token_seconds or {})
        vendors: tuple[Vendor, ...] = (
            ConnectWise(world.connectwise, self.shared),
            MicrosoftGraph(world.microsoft_graph, self.shared),
            Pax8(world.pax8, self.shared),
            NinjaOne(world.ninjaone, self.shared),
        )
        limits = requests_per_second or {}
        self._gates = {
            prefix: gate
            for vendor in vendors
            for gate in [_Gate(vendor, self.shared, limits.get(vendor.name))]
            for prefix in vendor.prefixes
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        date = format_datetime(self.shared.clock().replace(microsecond=0), usegmt=True).encode()

        async def send_dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (b"date", date)]
            await send(message)

        prefix = "/" + scope["path"].split("/", 2)[1]
        gate: ASGIApp = self._gates.get(prefix) or PlainTextResponse("The sandbox serves nothing here.", 404)
        await gate(scope, receive, send_dated)

    def requests(self, system: str) -> Counter[str]:
        """Return how often each path of a system was asked for, below the system's prefix and without the query."""
        gate = next(gate for gate in self._gates.values() if gate.vendor.name == system)
        return gate.counted()


class _Gate:
    """Stands before one vendor: counts requests, keeps the rate limit, and lets planted faults spoil answers."""

    def __init__(self, vendor: Vendor, shared: Shared, requests_per_second: float | None) -> None:
        self.vendor = vendor
        self._shared = shared
        self._router = Router(routes=vendor.routes(), default=self._unknown, redirect_slashes=False)
        self._bucket = _Bucket(requests_per_second) if requests_per_second else None
        self._lock = threading.Lock()
        self._counter: Counter[str] = Counter()

    def counted(self) -> Counter[str]:
        with self._lock:
            return Counter(self._counter)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        vendor, headers = self.vendor, Headers(scope=scope)
        path = "/" + scope["path"].split("/", 2)[2] if scope["path"].count("/") > 1 else "/"
        with self._lock:
            self._counter[path] += 1
        wait = self._bucket.take() if self._bucket else 0.0
        if wait:
            await self._refuse(429, path, retry_after=max(1, round(wait)))(scope, receive, send)
            return
        account = vendor.account(headers)
        scope[PATH_KEY] = f"{account}{path}" if account else path
        fault = self._shared.switchboard.answer_fault(
            vendor.name,
            scope[PATH_KEY],
            is_sign_in=vendor.is_sign_in(path),
            is_signed_in=vendor.is_signed_in(headers),
        )
        if fault is None:
            await self._router(scope, receive, send)
        else:
            await self._spoil(fault, path, scope, receive, send)

    async def _spoil(self, fault: Misbehaviour, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
            await self._router(scope, receive, send)
            return
        if fault.kind == "truncated_json":
            await self._router(scope, receive, _cutting(send))
            return
        answer: Response
        if fault.kind == "http_429":
            answer = self._refuse(429, path, retry_after=fault.retry_after)
        elif fault.kind == "http_403":
            answer = self._refuse(403, path)
        elif fault.kind == "html_200":
            answer = HTMLResponse(_LOGIN_PAGE)
        elif fault.kind == "expired_token":
            if fault.times is not None and self.vendor.tokens is not None:
                self.vendor.tokens.revoke(Headers(scope=scope))
            answer = self._refuse(401, path)
        else:
            answer = self._refuse(500, path)
        await answer(scope, receive, send)

    def _refuse(self, status: int, path: str, *, retry_after: int | None = None) -> Response:
        answer = self.vendor.refusal(status, path)
        if retry_after is not None:
            answer.headers["Retry-After"] = str(retry_after)
        return answer

    async def _unknown(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.vendor.refusal(404, scope["path"])(scope, receive, send)


class _Bucket:
    """A rate limit: a second's worth of requests at once, then as many as the rate lets through."""

    def __init__(self, per_second: float) -> None:
        self._rate = per_second
        self._level = self._size = max(1.0, per_second)
        self._at = time.monotonic()

    def take(self) -> float:
        """Return 0 when the request may pass, else the seconds until one may."""
        now = time.monotonic()
        self._level = min(self._size, self._level + (now - self._at) * self._rate)
        self._at = now
        if self._level >= 1:
            self._level -= 1
            return 0.0
        return (1 - self._level) / self._rate


def _cutting(send: Send) -> Send:
    """Cut the body in the middle; the headers speak of the shorter body, so that only the JSON is broken."""
    started: list[Message] = []

    async def cut(message: Message) -> None:
        if message["type"] == "http.response.start":
            started.append(message)
            return
        body = message.get("body", b"")
        half = body[: len(body) // 2]
        headers = [pair for pair in started[0]["headers"] if pair[0] != b"content-length"]
        headers.append((b"content-length", str(len(half)).encode()))
        await send({**started[0], "headers": headers})
        await send({**message, "body": half})

    return cut
