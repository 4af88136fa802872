"""What the four vendor modules share: the base class, tokens, and JSON answers.

No vendor's fields, paths or wording belong here.
"""

import json
import secrets
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from sandbox.misbehave import Switchboard
from sandbox.paging import Page, Row, Views, page_of

PATH_KEY: Final = "sandbox.path"
"""Key in the ASGI scope under which the gate leaves the path as misbehaviours match it."""


@dataclass(frozen=True)
class Shared:
    """What every vendor of one server works with.

    Attributes:
        switchboard: Faults in force.
        clock: The simulated time, UTC.
        token_seconds: Life of a token per system; a missing system uses the vendor's own life.
        views: Sorted and filtered lists.
    """

    switchboard: Switchboard
    clock: Callable[[], datetime]
    token_seconds: Mapping[str, float] = field(default_factory=dict)
    views: Views = field(default_factory=Views)


class Tokens:
    """Bearer tokens of one vendor, each bound to one account (a tenant; empty for vendors without)."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._lock = threading.Lock()
        self._issued: dict[str, tuple[str, float]] = {}

    def issue(self, account: str = "") -> str:
        """Return a new token for an account."""
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._issued[token] = (account, time.monotonic() + self.seconds)
        return token

    def account(self, headers: Headers) -> str | None:
        """Return the account of the request's token, or None when it has none that is valid."""
        kind, _, token = headers.get("authorization", "").partition(" ")
        found = self._issued.get(token) if kind.lower() == "bearer" else None
        return found[0] if found and time.monotonic() < found[1] else None

    def revoke(self, headers: Headers) -> None:
        """Let the request's token expire now."""
        with self._lock:
            self._issued.pop(headers.get("authorization", "").partition(" ")[2], None)


class Vendor(ABC):
    """One system of the sandbox: its routes over a world's rows, and its way of saying no.

    Attributes:
        name: The system's name.
        prefixes: First segments of its paths.
        tokens: The tokens it has issued; None for a vendor without.
    """

    name: str
    prefixes: tuple[str, ...]

    def __init__(self, shared: Shared, tokens: Tokens | None = None) -> None:
        self.shared = shared
        self.tokens = tokens

    @abstractmethod
    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes with their full paths."""

    @abstractmethod
    def refusal(self, status: int, path: str) -> Response:
        """Return the vendor's answer to a request it does not serve: 401, 404, 429 or 500."""

    @abstractmethod
    def is_sign_in(self, path: str) -> bool:
        """Tell whether a path belongs to signing in rather than to data."""

    def is_signed_in(self, headers: Headers) -> bool:
        """Tell whether a request carries credentials that are valid now."""
        return self.tokens is not None and self.tokens.account(headers) is not None

    def account(self, headers: Headers) -> str:
        """Return the account that faults can be aimed at (a tenant); empty for vendors without."""
        return ""

    def page(self, request: Request, rows: Sequence[Row], start: int, size: int) -> Page:
        """Cut one page, faults applied."""
        path = request.scope[PATH_KEY]
        return page_of(rows, start, size, switchboard=self.shared.switchboard, system=self.name, path=path)


def json_answer(
    content: Any, status: int = 200, *, headers: Mapping[str, str] | None = None, media_type: str = "application/json"
) -> Response:
    """Return an answer with a JSON body, compact and in UTF-8."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(body, status, headers=headers, media_type=media_type)


def whole_number(text: str | None, default: int, *, least: int = 0) -> int | None:
    """Read a whole number from a query, or return None when the text is not one or is below `least`."""
    if text is None:
        return default
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1
    return number if number >= least else None
