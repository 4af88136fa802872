"""ConnectWise PSA as the sandbox serves it: sign-in, conditions, both kinds of paging, errors in the vendor's shape.

Only filters, pages and serves what a world holds; planting errors belongs to `sandbox/world`.
"""

import base64
import secrets
from collections.abc import Callable, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.conditions import ConditionError, parse_conditions, parse_fields, parse_order, sort_key
from sandbox.credentials import CONNECTWISE as CREDENTIALS
from sandbox.paging import Row
from sandbox.vendor import Shared, Vendor, json_answer, whole_number
from sandbox.world.model import ConnectWiseWorld

CODEBASE: Final = "v4_6_release"
CURRENT_VERSION: Final = "2025.1"
DEFAULT_PAGE: Final = 25  # not documented by the vendor
MAXIMUM_PAGE: Final = 1000

_INFO: Final = {"lastUpdated": "2015-08-21T20:22:06Z", "updatedBy": "zAdmin"}
_STATUSES: Final = [
    {"id": 1, "name": "Active", "defaultFlag": True, "inactiveFlag": False, "_info": _INFO},
    {"id": 2, "name": "Inactive", "defaultFlag": False, "inactiveFlag": True, "_info": _INFO},
]
_TYPES: Final = [
    {
        "id": number,
        "name": name,
        "defaultFlag": name == "Client",
        "vendorFlag": name == "Vendor",
        "serviceAlertFlag": False,
        "_info": _INFO,
    }
    for number, name in ((1, "Client"), (2, "Vendor"), (3, "Prospect"), (4, "Internal"))
]
_BILLING_CYCLES: Final = [
    {"id": 2, "identifier": "M", "name": "Monthly", "defaultFlag": True, "billingOptions": "Monthly", "_info": _INFO},
    {"id": 3, "identifier": "Q", "name": "Quarterly", "defaultFlag": False, "billingOptions": "Quarterly"},
    {"id": 4, "identifier": "Y", "name": "Yearly", "defaultFlag": False, "billingOptions": "Yearly"},
]
_MESSAGES: Final = {
    401: ("Unauthorized", "Unauthorized. Either no or invalid credentials were supplied."),
    403: ("Forbidden", "You do not have security permission to perform this action."),
    404: ("NotFound", "The requested resource was not found."),
    429: ("TooManyRequests", "Too many requests. Try again later."),
    500: ("InternalServerError", "An unexpected error occurred."),
}

Source = Callable[[Request], Sequence[Row] | None]


class ConnectWise(Vendor):
    """The PSA of a world under `/connectwise`."""

    name = "connectwise"
    prefixes = ("/connectwise",)

    def __init__(self, world: ConnectWiseWorld, shared: Shared) -> None:
        super().__init__(shared)
        self._world = world
        user = f"{CREDENTIALS.company_id}+{CREDENTIALS.public_key}:{CREDENTIALS.private_key}"
        self._basic = base64.b64encode(user.encode())

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes with their full paths."""
        world = self._world
        base = f"/connectwise/{CODEBASE}/apis/3.0"
        lists: dict[str, Source] = {
            "/company/companies/statuses": lambda _: _STATUSES,
            "/company/companies/types": lambda _: _TYPES,
            "/company/companies": lambda _: world.companies,
            "/finance/agreements": lambda _: world.agreements,
            "/finance/agreements/{parent:int}/additions": lambda request: world.additions.get(
                request.path_params["parent"]
            ),
            "/finance/billingCycles": lambda _: _BILLING_CYCLES,
            "/finance/invoices": lambda _: world.invoices,
            "/procurement/catalog": lambda _: world.catalog,
        }
        routes: list[BaseRoute] = [
            Route("/connectwise/login/companyinfo/{company}", self._company_info),
            Route(f"{base}/system/info", self._guarded(self._system_info)),
        ]
        for path, source in lists.items():
            routes += [
                Route(base + path, self._guarded(self._lister(source))),
                Route(f"{base}{path}/count", self._guarded(self._counter(source))),
                Route(f"{base}{path}/{{id:int}}", self._guarded(self._finder(source))),
            ]
        return routes

    def refusal(self, status: int, path: str) -> Response:
        """Return the vendor's error body for a status."""
        code, message = _MESSAGES[status]
        return json_answer({"code": code, "message": message, "errors": []}, status)

    def is_sign_in(self, path: str) -> bool:
        """Only the question for the codebase; every other call carries its own credentials."""
        return path.startswith("/login/")

    def is_signed_in(self, headers: Headers) -> bool:
        """Tell whether the Basic credentials are right."""
        kind, _, value = headers.get("authorization", "").partition(" ")
        return kind.lower() == "basic" and secrets.compare_digest(value.strip().encode(), self._basic)

    def _guarded(self, handler: Callable[[Request], Response]) -> Callable[[Request], Any]:
        async def guarded(request: Request) -> Response:
            if not self.is_signed_in(request.headers):
                return self.refusal(401, request.url.path)
            if request.headers.get("clientid", "").lower() != CREDENTIALS.client_id:
                return self.refusal(403, request.url.path)
            try:
                answer = handler(request)
            except ConditionError as error:
                answer = _invalid(str(error), "conditions")
            answer.headers["Content-Type"] = f"application/vnd.connectwise.com+json; version={CURRENT_VERSION}"
            answer.headers["api-current-version"] = CURRENT_VERSION
            return answer

        return guarded

    async def _company_info(self, request: Request) -> Response:
        company = request.path_params["company"]
        if company.lower() != CREDENTIALS.company_id:
            return json_answer(None)
        return json_answer(
            {
                "CompanyName": "Sandbox MSP",
                "Codebase": f"{CODEBASE}/",
                "VersionCode": "v2025.1",
                "VersionNumber": "v4.6.2025.1",
                "CompanyID": CREDENTIALS.company_id,
                "IsCloud": True,
            }
        )

    def _system_info(self, request: Request) -> Response:
        return json_answer(
            {"version": "v2025.1.100000", "isCloud": True, "serverTimeZone": "Etc/UTC", "cloudRegion": "NA"}
        )

    def _rows(self, request: Request, source: Source) -> Sequence[Row] | None:
        """The rows that the request's conditions select, in the order it asks for; None for an unknown parent."""
        rows = source(request)
        if rows is None:
            return None
        query = request.query_params
        for name in ("childConditions", "customFieldConditions"):
            if query.get(name):
                raise ConditionError(f"{name} is not served by the sandbox")
        conditions, order = query.get("conditions", ""), query.get("orderBy", "")
        if self._is_forward_only(request):
            order = "id asc"
        if not conditions and not order:
            return rows
        return self.shared.views.get(
            (self.name, request.url.path, conditions, order), rows, lambda: _select(rows, conditions, order)
        )

    @staticmethod
    def _is_forward_only(request: Request) -> bool:
        return request.headers.get("pagination-type", "").lower() == "forward-only"

    def _lister(self, source: Source) -> Callable[[Request], Response]:
        def listing(request: Request) -> Response:
            rows = self._rows(request, source)
            if rows is None:
                return self.refusal(404, request.url.path)
            query = request.query_params
            size = whole_number(query.get("pageSize"), DEFAULT_PAGE, least=1)
            number = whole_number(query.get("page"), 1, least=1)
            after = whole_number(query.get("pageId"), 0)
            if size is None or size > MAXIMUM_PAGE:
                return _invalid(f"pageSize must be between 1 and {MAXIMUM_PAGE}", "pageSize")
            if number is None or after is None:
                return _invalid("page must be 1 or more, pageId 0 or more", "page" if number is None else "pageId")
            if self._is_forward_only(request):
                return self._forward_page(request, rows, after, size)
            return self._numbered_page(request, rows, number, size)

        return listing

    def _numbered_page(self, request: Request, rows: Sequence[Row], number: int, size: int) -> Response:
        page = self.page(request, rows, (number - 1) * size, size)
        last = max(1, -(-page.total // size))
        links = []
        if number < last:
            links += [("next", number + 1), ("last", last)]
        if number > 1:
            links += [("first", 1), ("prev", min(number - 1, last))]
        return self._page_answer(request, page.rows, [(rel, {"page": target}) for rel, target in links])

    def _forward_page(self, request: Request, rows: Sequence[Row], after: int, size: int) -> Response:
        start = _first_behind(rows, after)
        page = self.page(request, rows, start, size)
        more = page.sent_stop < page.total and page.sent_stop > 0
        links = [("next", {"pageId": rows[page.sent_stop - 1]["id"]})] if more else []
        return self._page_answer(request, page.rows, links)

    def _page_answer(self, request: Request, rows: Sequence[Row], links: list[tuple[str, dict[str, int]]]) -> Response:
        fields = request.query_params.get("fields")
        if fields:
            rows = [parse_fields(fields)(row) for row in rows]
        link = ", ".join(f'<{_with_query(request, changes)}>; rel="{rel}"' for rel, changes in links)
        return json_answer(rows, headers={"Link": link} if link else None)

    def _counter(self, source: Source) -> Callable[[Request], Response]:
        def count(request: Request) -> Response:
            rows = self._rows(request, source)
            return self.refusal(404, request.url.path) if rows is None else json_answer({"count": len(rows)})

        return count

    def _finder(self, source: Source) -> Callable[[Request], Response]:
        def find(request: Request) -> Response:
            wanted = request.path_params["id"]
            row = next((row for row in source(request) or () if row["id"] == wanted), None)
            return self.refusal(404, request.url.path) if row is None else json_answer(row)

        return find


def _select(rows: Sequence[Row], conditions: str, order: str) -> Sequence[Row]:
    if conditions:
        test = parse_conditions(conditions)
        rows = [row for row in rows if test(row)]
    if order:
        for read, is_descending in reversed(parse_order(order)):
            rows = sorted(rows, key=lambda row, read=read: sort_key(read(row)), reverse=is_descending)  # type: ignore[misc]
    return rows


def _first_behind(rows: Sequence[Row], last_id: int) -> int:
    low, high = 0, len(rows)
    while low < high:
        middle = (low + high) // 2
        if rows[middle]["id"] > last_id:
            high = middle
        else:
            low = middle + 1
    return low


def _with_query(request: Request, changes: dict[str, int]) -> str:
    query = dict(request.query_params) | {name: str(value) for name, value in changes.items()}
    return str(request.url.replace(query=urlencode(query)))


def _invalid(message: str, field: str) -> Response:
    detail = {"code": "InvalidField", "message": message, "resource": "request", "field": field}
    return json_answer({"code": "InvalidObject", "message": "request object is invalid", "errors": [detail]}, 400)
