"""NinjaOne RMM as the sandbox serves it: token with scopes, lists paged by last id, queries paged by cursor, errors.

Only filters, pages and serves what a world holds; planting errors belongs to `sandbox/world`.
"""

import base64
import binascii
import re
import secrets
import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any, Final
from urllib.parse import parse_qs, unquote

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.credentials import NINJAONE as CREDENTIALS
from sandbox.paging import Row
from sandbox.vendor import Shared, Tokens, Vendor, json_answer, whole_number
from sandbox.world.model import NinjaOneWorld

TOKEN_SECONDS: Final = 3_600
SHORT_LIST: Final = 100
"""Rows of a list asked for without pageSize; without `after` too, nothing says that it was cut short, as in life."""
CURSOR_SECONDS: Final = 600

_MESSAGES: Final = {
    400: "Bad request",
    401: "Unauthorized",
    403: "Insufficient scope",
    404: "Not found",
    429: "Too many requests",
    500: "Internal server error",
}
_FILTER: Final = re.compile(r"^(org|class|status)\s*(=|eq|in)\s*(\([^()]*\)|[\w-]+)$", re.IGNORECASE)
_FILTER_FIELDS: Final = {"org": "organizationId", "class": "nodeClass", "status": "approvalStatus"}


class NinjaOne(Vendor):
    """The RMM of a world under `/ninjaone`."""

    name = "ninjaone"
    prefixes = ("/ninjaone",)

    def __init__(self, world: NinjaOneWorld, shared: Shared) -> None:
        self._tokens = Tokens(shared.token_seconds.get(self.name, TOKEN_SECONDS))
        super().__init__(shared, self._tokens)
        self._world = world
        self._cursors: dict[str, tuple[str, int, float]] = {}

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes with their full paths."""
        world = self._world
        return [
            Route("/ninjaone/ws/oauth/token", self._token, methods=["POST"]),
            Route("/ninjaone/v2/organizations", self._lister(lambda _: world.organizations)),
            Route("/ninjaone/v2/organizations-detailed", self._lister(lambda _: world.organizations)),
            Route("/ninjaone/v2/organization/{id:int}", self._guarded(self._organization)),
            Route("/ninjaone/v2/organization/{id:int}/devices", self._lister(self._devices_of_organization)),
            Route("/ninjaone/v2/devices", self._lister(self._devices)),
            Route("/ninjaone/v2/device/{id:int}", self._guarded(self._device)),
            Route("/ninjaone/v2/locations", self._lister(self._locations)),
            Route("/ninjaone/v2/roles", self._guarded(lambda _: json_answer(self._roles()))),
            Route("/ninjaone/v2/queries/computer-systems", self._query(lambda: world.computer_systems)),
        ]

    def refusal(self, status: int, path: str) -> Response:
        """Return the vendor's error body for a status."""
        return _error(status, _MESSAGES[status])

    def is_sign_in(self, path: str) -> bool:
        """Signing in lies below `/ws`."""
        return path.startswith("/ws/")

    async def _token(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode("latin-1")).items()}
        client = _basic_client(request.headers) or (form.get("client_id", ""), form.get("client_secret", ""))
        if form.get("grant_type") != "client_credentials":
            return json_answer({"error": "unsupported_grant_type"}, 400)
        if client != (CREDENTIALS.client_id, CREDENTIALS.client_secret):
            return json_answer({"error": "invalid_client"}, 401)
        scopes = form.get("scope", "").split()
        if not scopes or not set(scopes) <= {"monitoring", "management", "control"}:
            return json_answer({"error": "invalid_scope"}, 400)
        token = {
            # The account of a token is what it may do: data calls need the scope `monitoring`.
            "access_token": self._tokens.issue(" ".join(scopes)),
            "expires_in": int(self._tokens.seconds),
            "scope": " ".join(scopes),
            "token_type": "Bearer",
        }
        return json_answer(token)

    def _guarded(self, handler: Callable[[Request], Response]) -> Callable[[Request], Any]:
        async def guarded(request: Request) -> Response:
            scopes = self._tokens.account(request.headers)
            if scopes is None:
                return self.refusal(401, request.url.path)
            if "monitoring" not in scopes.split():
                return self.refusal(403, request.url.path)
            return handler(request)

        return guarded

    def _lister(self, source: Callable[[Request], Sequence[Row] | None]) -> Callable[[Request], Any]:
        def listing(request: Request) -> Response:
            try:
                rows = source(request)
            except ValueError as error:
                return _error(400, str(error))
            if rows is None:
                return self.refusal(404, request.url.path)
            size = whole_number(request.query_params.get("pageSize"), SHORT_LIST, least=1)
            after = whole_number(request.query_params.get("after"), 0)
            if size is None or after is None:
                return _error(400, "pageSize must be 1 or more, after 0 or more")
            start = bisect_right(rows, after, key=lambda row: row["id"])
            return json_answer(self.page(request, rows, start, size).rows)

        return self._guarded(listing)

    def _query(self, source: Callable[[], Sequence[Row]]) -> Callable[[Request], Any]:
        """Serve a query. Every page names a new cursor, so that a page whose answer was lost can be asked for again.

        Whether the vendor's cursor keeps its name is not documented; a client that sends the newest name is right
        in both cases.
        """

        def query(request: Request) -> Response:
            size = whole_number(request.query_params.get("pageSize"), SHORT_LIST, least=1)
            if size is None:
                return _error(400, "pageSize must be 1 or more")
            start, name = 0, request.query_params.get("cursor")
            if name:
                path, start, expires = self._cursors.get(name, ("", 0, 0.0))
                if path != request.url.path or time.monotonic() > expires:
                    return _error(400, "Cursor is unknown or has expired")
            page = self.page(request, source(), start, size)
            cursor = {
                "name": self._new_cursor(request.url.path, page.sent_stop),
                "offset": page.sent_start,
                "count": len(page.rows),
                "expires": self.shared.clock().timestamp() + CURSOR_SECONDS,
            }
            return json_answer({"cursor": cursor, "results": page.rows})

        return self._guarded(query)

    def _new_cursor(self, path: str, position: int) -> str:
        now = time.monotonic()
        if len(self._cursors) > 10_000:
            self._cursors = {name: kept for name, kept in self._cursors.items() if kept[2] > now}
        name = secrets.token_hex(8)
        self._cursors[name] = (path, position, now + CURSOR_SECONDS)
        return name

    def _organization(self, request: Request) -> Response:
        return self._one(self._world.organizations, request)

    def _device(self, request: Request) -> Response:
        return self._one(self._world.devices, request)

    def _one(self, rows: Sequence[Row], request: Request) -> Response:
        wanted = request.path_params["id"]
        row = next((row for row in rows if row["id"] == wanted), None)
        return self.refusal(404, request.url.path) if row is None else json_answer(row)

    def _devices(self, request: Request) -> Sequence[Row]:
        text = request.query_params.get("df", "").strip()
        devices = self._world.devices
        if not text:
            return devices
        return self.shared.views.get((self.name, "df", text), devices, lambda: _filtered(devices, text))

    def _devices_of_organization(self, request: Request) -> Sequence[Row] | None:
        wanted, devices = request.path_params["id"], self._world.devices
        if not any(row["id"] == wanted for row in self._world.organizations):
            return None
        return self.shared.views.get(
            (self.name, "organization", wanted),
            devices,
            lambda: [row for row in devices if row["organizationId"] == wanted],
        )

    def _locations(self, request: Request) -> Sequence[Row]:
        """The sites that devices stand at; a world holds nothing more of them than their ids."""
        devices = self._world.devices

        def build() -> Sequence[Row]:
            found = {row["locationId"]: row["organizationId"] for row in devices if row.get("locationId") is not None}
            return [
                {"id": key, "name": f"Site {key}", "address": "", "description": "", "organizationId": found[key]}
                for key in sorted(found)
            ]

        return self.shared.views.get((self.name, "locations"), devices, build)

    def _roles(self) -> Sequence[Row]:
        devices = self._world.devices

        def build() -> Sequence[Row]:
            found = {row["nodeRoleId"]: row["nodeClass"] for row in devices if row.get("nodeRoleId") is not None}
            return [
                {"id": key, "name": found[key], "nodeClass": found[key], "custom": False, "chassisType": "UNKNOWN"}
                for key in sorted(found)
            ]

        return self.shared.views.get((self.name, "roles"), devices, build)


def _filtered(devices: Sequence[Row], text: str) -> Sequence[Row]:
    """Apply a device filter: clauses on org, class and status joined by AND."""
    for clause in re.split(r"\s+AND\s+", text, flags=re.IGNORECASE):
        match = _FILTER.match(clause.strip())
        if match is None:
            raise ValueError(f"df cannot be read: {clause!r}")
        field = _FILTER_FIELDS[match[1].lower()]
        wanted = {value.strip() for value in match[3].strip("()").split(",")}
        devices = [row for row in devices if str(row.get(field)) in wanted]
    return devices


def _basic_client(headers: Headers) -> tuple[str, str] | None:
    kind, _, value = headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ("", "")
    return (unquote(name), unquote(secret))


def _error(status: int, message: str) -> Response:
    body = {"resultCode": "FAILURE", "errorMessage": message, "incidentId": secrets.token_hex(8)}
    return json_answer(body, status)
