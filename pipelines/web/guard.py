"""Who may talk to the UI: it has no log-in, so whatever reaches it may start runs, delete them and sign for a person.

A browser sends requests for every page that it shows. So a page of anybody's could drive a server on this machine
(cross-site requests), or make its own name point here (DNS rebinding). What a browser cannot leave out or invent for
a page are the headers Host, Origin and Sec-Fetch-*: they decide here.

Belongs here: the rules, as ASGI middleware that knows nothing of Dagster. Does not belong here: GraphQL
(`pipelines.web.server`).
"""

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")
_READING = ("GET", "HEAD")
# A page elsewhere may not show this UI in a frame, under its own buttons, nor use its files.
_ADDED = {
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class RefusedError(Exception):
    """The request is refused; the message says why and what a person can do."""


def known_names(host: str, allowed: Iterable[str] = ()) -> frozenset[str]:
    """The names by which a server that listens on `host` may be called.

    Args:
        host: The address that it listens on. That of all addresses (0.0.0.0, ::) names none of them.
        allowed: Further names that a person gave.
    """
    names = {*LOCAL_NAMES, *(as_written_in_urls(name) for name in allowed)}
    if not is_every_address(host):
        names.add(as_written_in_urls(host))
    return frozenset(names)


def is_every_address(host: str) -> bool:
    """Whether `host` stands for all addresses of this machine."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return not host


def is_this_machine(host: str) -> bool:
    """Whether only programs of this machine reach a server that listens on `host`."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def as_written_in_urls(host: str) -> str:
    """A host as a browser names it: lower case, IPv6 in brackets."""
    name = host.strip().lower()
    return f"[{name}]" if ":" in name and not name.startswith("[") else name


class Guard:
    """Passes on what a person's browser or program asks of this server, and refuses what a foreign page may have asked.

    Args:
        app: The guarded application.
        names: Names by which it may be called, as `known_names` gives them.
        given: Those of them that a person gave: a page that is served under one may ask, whatever the Host is (a
            proxy in front may rewrite it).
    """

    def __init__(self, app: ASGIApp, names: frozenset[str], given: Iterable[str] = ()) -> None:
        self._app = app
        self._names = names
        self._given = frozenset(as_written_in_urls(name) for name in given)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        try:
            self._check(scope)
        except RefusedError as refusal:
            await _refuse(scope, receive, send, str(refusal))
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_ADDED)
            await send(message)

        await self._app(scope, receive, send_guarded)

    def _check(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        self._check_host(headers)
        self._check_origin(headers)
        is_reading = scope["type"] == "http" and scope["method"] in _READING
        _check_site(headers, is_reading)
        if scope["type"] == "http" and not is_reading:
            _check_content_type(headers)

    def _check_host(self, headers: Headers) -> None:
        given = headers.getlist("host")
        name = _name_of(given[0]) if len(given) == 1 else None
        if name is None:
            raise RefusedError("it does not say which host it means (one Host header).")
        if name not in self._names:
            raise RefusedError(
                f"it was sent to the name '{name}', and this UI answers to {', '.join(sorted(self._names))}. "
                f"If that name is yours, start the UI with: tieout ui --allow-host {name}"
            )

    def _check_origin(self, headers: Headers) -> None:
        """A page may ask the server that it came from; programs send no Origin."""
        origins = headers.getlist("origin")
        if not origins:
            return
        page = urlsplit(origins[0].lower())
        is_own = page.scheme in ("http", "https") and page.netloc == headers["host"].lower()
        if len(origins) > 1 or not (is_own or (page.scheme == "https" and _name_of(page.netloc) in self._given)):
            raise RefusedError("it comes from a web page of another site. Open the UI by its own address.")


def _check_site(headers: Headers, is_reading: bool) -> None:
    """A link on another site may open the UI in a tab of its own; nothing else that comes from there is answered."""
    site = headers.get("sec-fetch-site", "none")
    opens_page = (headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")) == ("navigate", "document")
    if site not in ("same-origin", "none") and not (is_reading and opens_page):
        raise RefusedError("it comes from a web page of another site. Open the UI by its own address.")


def _check_content_type(headers: Headers) -> None:
    """A page may send forms and text to any server unasked; for JSON a browser asks the server first."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise RefusedError("what it sends is not declared as JSON (Content-Type: application/json).")


def _name_of(host: str) -> str | None:
    """The name in a Host header, without its port; None where it is none."""
    try:
        parts = urlsplit(f"//{host.lower()}")
        parts.port  # noqa: B018  # raises where it is no number
    except ValueError:
        return None
    if parts.netloc != host.lower() or parts.username is not None or not parts.hostname:
        return None
    # Only what a host's name may consist of: the name is repeated in the answer.
    if not all(letter.isascii() and (letter.isalnum() or letter in "-._:") for letter in parts.hostname):
        return None
    return as_written_in_urls(parts.hostname)


async def _refuse(scope: Scope, receive: Receive, send: Send, reason: str) -> None:
    """Answer with the reason; a web socket gets it where the server can, and is closed before it opens."""
    response = PlainTextResponse(f"tieout refuses this request: {reason}\n", status_code=403, headers=_ADDED)
    if scope["type"] == "websocket" and "websocket.http.response" not in scope.get("extensions", {}):
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": "refused"})
        return
    await response(scope, receive, send)
