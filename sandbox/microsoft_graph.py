"""Microsoft Graph and its login host as the sandbox serves them: tokens per tenant, OData queries, errors.

Only filters, pages and serves what a world holds; planting errors belongs to `sandbox/world`.
"""

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qs, quote

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.credentials import MICROSOFT_GRAPH as CREDENTIALS
from sandbox.paging import Row
from sandbox.vendor import Shared, Tokens, Vendor, json_answer, whole_number
from sandbox.world.model import MicrosoftGraphWorld

TOKEN_SECONDS: Final = 3_599
DEFAULT_PAGE: Final = 100
MAXIMUM_PAGE: Final = 999
MAXIMUM_PAGE_WITH_SIGN_IN: Final = 500
SCOPE: Final = "https://graph.microsoft.com/.default"

_LICENSED_ONLY: Final = re.compile(r"^assignedLicenses/\$count\s+ne\s+0$", re.IGNORECASE)
_EQUALITY: Final = re.compile(r"^(\w+)\s+(eq|ne)\s+(true|false|null|'(?:[^']|'')*'|-?\d+)$", re.IGNORECASE)
_USER_FIELDS: Final = (
    "businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone", "officeLocation",
    "preferredLanguage", "surname", "userPrincipalName", "id",
)  # fmt: skip
"""What the vendor returns of a user without $select: no licences."""
_MESSAGES: Final = {
    401: ("InvalidAuthenticationToken", "Lifetime validation failed, the token is expired."),
    403: ("Authorization_RequestDenied", "Insufficient privileges to complete the operation."),
    404: ("Request_ResourceNotFound", "Resource not found for the segment."),
    429: ("TooManyRequests", "Too many requests"),
    500: ("InternalServerError", "An internal server error occurred. Please try again."),
}


_NOT_PREMIUM: Final = (
    "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
    "Neither tenant is B2C or tenant doesn't have premium license",
)


class MicrosoftGraph(Vendor):
    """The directories of a world under `/microsoft_graph/v1.0`, tokens under `/microsoft_login`."""

    name = "microsoft_graph"
    prefixes = ("/microsoft_graph", "/microsoft_login")

    def __init__(self, world: MicrosoftGraphWorld, shared: Shared) -> None:
        self._tokens = Tokens(shared.token_seconds.get(self.name, TOKEN_SECONDS))
        super().__init__(shared, self._tokens)
        self._world = world

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes with their full paths."""
        world, base = self._world, "/microsoft_graph/v1.0"
        customers = "/tenantRelationships/delegatedAdminCustomers"
        return [
            Route("/microsoft_login/{tenant}/oauth2/v2.0/token", self._token, methods=["POST"]),
            Route(f"{base}/contracts", self._partner(lambda: world.contracts)),
            Route(f"{base}{customers}", self._partner(lambda: world.delegated_admin_customers)),
            Route(f"{base}/organization", self._single(world.organizations)),
            Route(f"{base}/subscribedSkus", self._single(world.subscribed_skus)),
            Route(f"{base}/directory/subscriptions", self._tenant_pages(world.directory_subscriptions)),
            Route(f"{base}/users", self._tenant_pages(world.users, default_fields=_USER_FIELDS)),
        ]

    def refusal(self, status: int, path: str) -> Response:
        """Return Graph's error body for a status."""
        return self._error(status, *_MESSAGES[status])

    def is_sign_in(self, path: str) -> bool:
        """Tokens come from the login host."""
        return path.endswith("/oauth2/v2.0/token")

    def account(self, headers: Headers) -> str:
        """Return the tenant of the request's token."""
        return self._tokens.account(headers) or ""

    async def _token(self, request: Request) -> Response:
        tenant = request.path_params["tenant"].lower()
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode("latin-1")).items()}
        if form.get("grant_type") != "client_credentials":
            return self._login_error(
                400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type."
            )
        if not self._knows(tenant):
            return self._login_error(400, "invalid_request", 90002, f"Tenant '{tenant}' not found.")
        if form.get("client_id") != CREDENTIALS.client_id:
            message = "The application was not found in the directory."
            return self._login_error(400, "unauthorized_client", 700016, message)
        if form.get("client_secret") != CREDENTIALS.client_secret:
            return self._login_error(401, "invalid_client", 7000215, "Invalid client secret provided.")
        if form.get("scope") != SCOPE:
            message = "The provided value for the input parameter 'scope' is not valid."
            return self._login_error(400, "invalid_scope", 70011, message)
        seconds = int(self._tokens.seconds)
        token = {
            "token_type": "Bearer",
            "expires_in": seconds,
            "ext_expires_in": seconds,
            "access_token": self._tokens.issue(tenant),
        }
        return json_answer(token)

    def _knows(self, tenant: str) -> bool:
        world = self._world
        if tenant in world.gone_tenants:
            return False  # whatever the lists still say
        if tenant == world.partner_tenant_id or tenant in world.organizations or tenant in world.refused_tenants:
            return True
        return tenant in world.subscribed_skus or tenant in world.users

    def _guarded(self, handler: Callable[[Request, str], Response], *, partner: bool) -> Callable[[Request], Any]:
        async def guarded(request: Request) -> Response:
            tenant = self._tokens.account(request.headers)
            if tenant is None:
                return self.refusal(401, request.url.path)
            # Lost consent and a customer's token for the partner's lists get one and the same answer.
            if tenant in self._world.refused_tenants or (partner and tenant != self._world.partner_tenant_id):
                return self.refusal(403, request.url.path)
            wants_sign_in = "signInActivity" in request.query_params.get("$select", "")
            if wants_sign_in and tenant in self._world.tenants_without_premium:
                return self._error(403, *_NOT_PREMIUM)
            try:
                return handler(request, tenant)
            except _QueryError as error:
                return self._error(400, error.code, str(error))

        return guarded

    def _partner(self, source: Callable[[], Sequence[Row]]) -> Callable[[Request], Any]:
        return self._guarded(lambda request, _: self._paged(request, source(), ()), partner=True)

    def _tenant_pages(
        self, rows_of: Mapping[str, Sequence[Row]], *, default_fields: Sequence[str] = ()
    ) -> Callable[[Request], Any]:
        def listing(request: Request, tenant: str) -> Response:
            return self._paged(request, rows_of.get(tenant, ()), default_fields)

        return self._guarded(listing, partner=False)

    def _single(self, rows_of: Mapping[str, Sequence[Row]]) -> Callable[[Request], Any]:
        """Serve a list that comes whole: it knows $select and nothing else."""

        def listing(request: Request, tenant: str) -> Response:
            for name in request.query_params:
                if name != "$select":
                    raise _QueryError("Request_UnsupportedQuery", f"Query option '{name}' is not supported.")
            rows = rows_of.get(tenant, ())
            sent = self.page(request, rows, 0, max(1, len(rows))).rows
            return json_answer({"@odata.context": _context(request), "value": _selected(request, sent, ())})

        return self._guarded(listing, partner=False)

    def _paged(self, request: Request, rows: Sequence[Row], default_fields: Sequence[str]) -> Response:
        query = request.query_params
        counts = query.get("$count", "false").lower() == "true"
        is_eventual = request.headers.get("consistencylevel", "").lower() == "eventual"
        if counts and not is_eventual:
            raise _QueryError("Request_BadRequest", "$count needs the header ConsistencyLevel: eventual.")
        if query.get("$filter"):
            rows = _filtered(rows, query["$filter"].strip(), is_advanced_allowed=is_eventual and counts)
        size = whole_number(query.get("$top"), DEFAULT_PAGE, least=1)
        selects_sign_in = "signInActivity" in query.get("$select", "")
        most = MAXIMUM_PAGE_WITH_SIGN_IN if selects_sign_in else MAXIMUM_PAGE
        if size is None or size > most:
            raise _QueryError(
                "Request_UnsupportedQuery",
                f"Invalid page size specified: '{query['$top']}'. Must be between 1 and {most} inclusive.",
            )
        start = _position(query.get("$skiptoken"))
        page = self.page(request, rows, start, size)
        answer: dict[str, Any] = {"@odata.context": _context(request)}
        if counts:
            answer["@odata.count"] = page.total
        if page.sent_stop < page.total:
            answer["@odata.nextLink"] = _next_link(request, page.sent_stop)
        answer["value"] = _selected(request, page.rows, default_fields)
        return json_answer(answer)

    def _error(self, status: int, code: str, message: str) -> Response:
        request_id = str(uuid.uuid4())
        inner = {
            "date": self.shared.clock().strftime("%Y-%m-%dT%H:%M:%S"),
            "request-id": request_id,
            "client-request-id": request_id,
        }
        return json_answer({"error": {"code": code, "message": message, "innerError": inner}}, status)

    def _login_error(self, status: int, error: str, number: int, message: str) -> Response:
        body = {
            "error": error,
            "error_description": f"AADSTS{number}: {message}",
            "error_codes": [number],
            "timestamp": self.shared.clock().strftime("%Y-%m-%d %H:%M:%SZ"),
            "trace_id": str(uuid.uuid4()),
            "correlation_id": str(uuid.uuid4()),
        }
        return json_answer(body, status)


class _QueryError(ValueError):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def _context(request: Request) -> str:
    path = request.url.path.removeprefix("/microsoft_graph/v1.0/")
    select = request.query_params.get("$select")
    return f"https://graph.microsoft.com/v1.0/$metadata#{path}" + (f"({select})" if select else "")


def _selected(request: Request, rows: Sequence[Row], default_fields: Sequence[str]) -> Sequence[Row]:
    select = request.query_params.get("$select")
    fields = [name.strip() for name in select.split(",")] if select else default_fields
    if not fields:
        return rows
    return [{name: row[name] for name in fields if name in row} for row in rows]


def _filtered(rows: Sequence[Row], text: str, *, is_advanced_allowed: bool) -> Sequence[Row]:
    for clause in re.split(r"\s+and\s+", text, flags=re.IGNORECASE):
        if _LICENSED_ONLY.match(clause):
            if not is_advanced_allowed:
                message = "This filter needs the header ConsistencyLevel: eventual and $count=true."
                raise _QueryError("Request_UnsupportedQuery", message)
            rows = [row for row in rows if row.get("assignedLicenses")]
            continue
        match = _EQUALITY.match(clause)
        if match is None:
            raise _QueryError("BadRequest", f"Invalid filter clause: {clause}")
        name, is_equal, wanted = match[1], match[2].lower() == "eq", _literal(match[3])
        if not is_equal and not is_advanced_allowed:
            message = "'ne' needs the header ConsistencyLevel: eventual and $count=true."
            raise _QueryError("Request_UnsupportedQuery", message)
        rows = [row for row in rows if (row.get(name) == wanted) == is_equal]
    return rows


def _literal(text: str) -> Any:
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    words = {"true": True, "false": False, "null": None}
    return words[text.lower()] if text.lower() in words else int(text)


def _position(token: str | None) -> int:
    if token is None:
        return 0
    match = re.fullmatch(r"RFNwdAIAAQ([0-9a-f]{8})", token)
    if match is None:
        raise _QueryError("Directory_ExpiredPageToken", "The specified page token value has expired or is invalid.")
    return int(match[1], 16)


def _next_link(request: Request, position: int) -> str:
    """Build the link to the page from `position` on: the same query with a token, as the vendor does."""
    query = dict(request.query_params) | {"$skiptoken": f"RFNwdAIAAQ{position:08x}"}
    text = "&".join(f"{quote(name, safe='$')}={quote(value, safe='$,/')}" for name, value in query.items())
    return str(request.url.replace(query=text))
