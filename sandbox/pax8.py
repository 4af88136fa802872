"""The Pax8 partner API as the sandbox serves it: token, envelope with page numbers from 0, filters, errors.

Only filters, pages and serves what a world holds; planting errors belongs to `sandbox/world`.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.credentials import PAX8 as CREDENTIALS
from sandbox.paging import Row
from sandbox.pax8_drafts import draft_items
from sandbox.vendor import Shared, Tokens, Vendor, json_answer, whole_number
from sandbox.world.model import Pax8World

AUDIENCE: Final = "https://api.pax8.com"
TOKEN_SECONDS: Final = 86_400
DEFAULT_PAGE: Final = 10
MAXIMUM_PAGE: Final = 200

_MESSAGES: Final = {
    400: ("bad-request", "Bad request"),
    401: ("unauthorized", "Unauthorized"),
    403: ("forbidden", "Forbidden"),
    404: ("not-found", "Not found"),
    429: ("too-many-requests", "Too many requests"),
    500: ("internal-server-error", "An unexpected error occurred"),
}


class Pax8(Vendor):
    """The distributor of a world under `/pax8/v1`."""

    name = "pax8"
    prefixes = ("/pax8",)

    def __init__(self, world: Pax8World, shared: Shared) -> None:
        self._tokens = Tokens(shared.token_seconds.get(self.name, TOKEN_SECONDS))
        super().__init__(shared, self._tokens)
        self._world = world

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes with their full paths."""
        world = self._world
        base = "/pax8/v1"
        return [
            Route(f"{base}/token", self._token, methods=["POST"]),
            Route(
                f"{base}/companies",
                self._lister(lambda _: world.companies, equal=("status",), order=("name",)),
            ),
            Route(f"{base}/companies/{{id}}", self._finder(lambda: world.companies)),
            Route(
                f"{base}/products",
                self._lister(lambda _: world.products, equal=("vendorName",), order=("name", "vendor")),
            ),
            Route(f"{base}/products/{{id}}", self._finder(lambda: world.products)),
            Route(
                f"{base}/subscriptions",
                self._lister(
                    lambda _: world.subscriptions,
                    equal=("status", "billingTerm", "companyId", "productId"),
                    order=("quantity", "startDate", "endDate", "createdDate", "billingStart", "price"),
                ),
            ),
            Route(f"{base}/subscriptions/{{id}}", self._finder(lambda: world.subscriptions)),
            Route(f"{base}/subscriptions/{{id}}/history", self._guarded(self._history)),
            Route(
                f"{base}/invoices",
                self._lister(
                    lambda _: world.invoices,
                    equal=("status", "invoiceDate", "dueDate", "companyId"),
                    order=("invoiceDate", "dueDate", "status", "partnerName", "total", "balance", "carriedBalance"),
                    span="invoiceDate",
                ),
            ),
            Route(f"{base}/invoices/draftItems", self._lister(self._drafts, equal=("companyId",))),
            Route(f"{base}/invoices/{{id}}", self._finder(lambda: world.invoices)),
            Route(
                f"{base}/invoices/{{id}}/items",
                self._lister(lambda request: world.invoice_items.get(request.path_params["id"])),
            ),
        ]

    def refusal(self, status: int, path: str) -> Response:
        """Return the vendor's error body for a status."""
        kind, message = _MESSAGES[status]
        return _error(status, kind, message, path)

    def is_sign_in(self, path: str) -> bool:
        """The token address lies below the API's own base."""
        return path == "/v1/token"

    async def _token(self, request: Request) -> Response:
        try:
            asked = json.loads(await request.body())
        except ValueError:
            asked = None
        if not isinstance(asked, dict) or asked.get("grant_type") != "client_credentials":
            return _error(400, "bad-request", "grant_type must be client_credentials, sent as JSON", "/v1/token")
        wanted = {
            "client_id": CREDENTIALS.client_id,
            "client_secret": CREDENTIALS.client_secret,
            "audience": AUDIENCE,
        }
        if any(asked.get(name) != value for name, value in wanted.items()):
            return _error(401, "unauthorized", "Unauthorized", "/v1/token")
        token = {
            "access_token": self._tokens.issue(),
            "expires_in": int(self._tokens.seconds),
            "token_type": "Bearer",
        }
        return json_answer(token)

    def _guarded(self, handler: Callable[[Request], Response]) -> Callable[[Request], Any]:
        async def guarded(request: Request) -> Response:
            if not self.is_signed_in(request.headers):
                return self.refusal(401, _path(request))
            return handler(request)

        return guarded

    def _lister(
        self,
        source: Callable[[Request], Sequence[Row] | None],
        *,
        equal: tuple[str, ...] = (),
        order: tuple[str, ...] = (),
        span: str = "",
    ) -> Callable[[Request], Any]:
        """Serve a list: `equal` are the filters by equality, `order` the sort fields, `span` a date with a range."""

        def listing(request: Request) -> Response:
            rows = source(request)
            if rows is None:
                return self.refusal(404, _path(request))
            query = request.query_params
            number = whole_number(query.get("page"), 0)
            size = whole_number(query.get("size"), DEFAULT_PAGE, least=1)
            if number is None:
                return _unprocessable("page must be 0 or more", "page", request)
            if size is None or size > MAXIMUM_PAGE:
                return _unprocessable(f"size must be at most {MAXIMUM_PAGE}", "size", request)
            field, _, direction = query.get("sort", "").partition(",")
            if field and (field not in order or direction not in ("", "asc", "desc")):
                return _unprocessable("sort is not supported", "sort", request)
            filters = {name: query[name] for name in equal if query.get(name)}
            first, last = (query.get(f"{span}RangeStart", ""), query.get(f"{span}RangeEnd", "")) if span else ("", "")
            if filters or field or first or last:
                key = (self.name, request.url.path, field, direction, first, last, *sorted(filters.items()))
                everything = rows
                rows = self.shared.views.get(
                    key, everything, lambda: _select(everything, filters, field, direction, span, first, last)
                )
            page = self.page(request, rows, number * size, size)
            envelope = {
                "size": size,
                "totalElements": page.total,
                "totalPages": -(-page.total // size),
                "number": number,
            }
            return json_answer({"content": page.rows, "page": envelope})

        return self._guarded(listing)

    def _finder(self, source: Callable[[], Sequence[Row]]) -> Callable[[Request], Any]:
        def find(request: Request) -> Response:
            wanted = request.path_params["id"]
            row = next((row for row in source() if row["id"] == wanted), None)
            return self.refusal(404, _path(request)) if row is None else json_answer(row)

        return self._guarded(find)

    def _history(self, request: Request) -> Response:
        """Earlier states of a subscription: a world is one moment, so that a known subscription has none."""
        wanted = request.path_params["id"]
        if not any(row["id"] == wanted for row in self._world.subscriptions):
            return self.refusal(404, _path(request))
        return json_answer({"content": []})

    def _drafts(self, request: Request) -> Sequence[Row] | None:
        subscriptions = self._world.subscriptions
        offset = 0 if request.query_params.get("monthOffset") == "0" else 1
        today = self.shared.clock().date()
        return self.shared.views.get(
            (self.name, "drafts", offset, today.replace(day=1)),
            subscriptions,
            lambda: draft_items(subscriptions, self._world.companies, today, offset),
        )


def _select(
    rows: Sequence[Row], filters: Mapping[str, str], field: str, direction: str, span: str, first: str, last: str
) -> Sequence[Row]:
    if filters:
        rows = [row for row in rows if all(row.get(name) == value for name, value in filters.items())]
    if first or last:
        rows = [row for row in rows if first <= row[span] and (not last or row[span] <= last)]
    if field:
        name = "vendorName" if field == "vendor" else field
        rows = sorted(rows, key=lambda row: (row.get(name) is not None, row.get(name)), reverse=direction == "desc")
    return rows


def _path(request: Request) -> str:
    return request.url.path.removeprefix("/pax8")


def _error(status: int, kind: str, message: str, path: str, details: Sequence[Row] = ()) -> Response:
    body = {"type": f"/errors/{kind}", "message": message, "instance": path, "status": status, "details": details}
    return json_answer(body, status)


def _unprocessable(message: str, field: str, request: Request) -> Response:
    detail = {"type": "/errors/field", "message": field, "instance": field, "status": 422}
    return _error(422, "validation", message, _path(request), [detail])
