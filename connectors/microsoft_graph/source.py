"""Microsoft Graph: tenants, owned licences, licences held by users, commercial subscriptions.

Data flow: token in the partner's tenant -> contracts, delegated admin customers, own tenant -> for every tenant, in
parallel: a token of its own, subscribedSkus, users (see `assignments.py`), directory subscriptions. Reads
are account by account: a tenant that refuses (401/403, no consent) is `refused`, one whose answers contradict each
other is `failed`, and the others go on. An empty answer is not zero: SKUs that users hold must be among the tenant's
SKUs, and consumed units without any user mean that users are missing. Does not belong here: parsing, retries, dlt.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc
from dlt.sources.helpers.rest_client.paginators import JSONLinkPaginator

from connectors.auth import TokenAuth
from connectors.bodies import Envelope
from connectors.config import without_slash
from connectors.errors import AccessRefusedError, FieldError, IncompleteReadError, SourceReadError
from connectors.http import Answer, Budget, SourceClient, Tally, token_fetcher
from connectors.json_pages import PageText, empty, parse
from connectors.microsoft_graph.assignments import held_licences, selected_fields
from connectors.microsoft_graph.config import Config
from connectors.microsoft_graph.schema import (
    DIRECTORY_SUBSCRIPTIONS,
    LICENSE_ASSIGNMENTS,
    SUBSCRIBED_SKUS,
    TABLES,
    TENANTS,
)
from connectors.microsoft_graph.tenants import DELEGATED, OWN, ROWS, merge_tenants
from connectors.paging import read_pages, row_total
from connectors.reads import Plan, Progress
from connectors.source_reads import AccountRead, Fetch, SourceReads, TableRows
from connectors.tables import Table

_SCOPE = "https://graph.microsoft.com/.default"
_LICENSED = {"$filter": "assignedLicenses/$count ne 0", "$count": "true"}
_EVENTUAL = {"ConsistencyLevel": "eventual"}  # Graph wants it for $count and for filters on it
_MOST_WITH_SIGN_IN = 500  # users a page where their last sign-in is asked for


@dataclass(slots=True)
class _Part:
    """One table of one tenant: its pages (or rows), or why there are none."""

    tally: Tally = field(default_factory=Tally)
    pages: list[str] = field(default_factory=list)
    rows: pa.Table | None = None
    seconds: float = 0.0
    error: SourceReadError | None = None
    note: str | None = None


@dataclass(slots=True)
class _Tenant:
    tenant_id: str
    skus: _Part = field(default_factory=_Part)
    users: _Part = field(default_factory=_Part)
    subscriptions: _Part = field(default_factory=_Part)

    def part(self, table: Table) -> _Part:
        parts = {
            SUBSCRIBED_SKUS: self.skus,
            LICENSE_ASSIGNMENTS: self.users,
            DIRECTORY_SUBSCRIPTIONS: self.subscriptions,
        }
        return parts[table]


class MicrosoftGraphReads(SourceReads):
    """One run's reading of Microsoft Graph."""

    system = "microsoft_graph"
    tables = TABLES

    def __init__(self, config: Config, plan: Plan, budget: Budget, progress: Progress | None = None) -> None:
        super().__init__(config, plan, budget, progress)
        self._config = config
        self._url = without_slash(config.api_url)
        self._login = SourceClient(self.system, config, budget)
        self._graph = SourceClient(self.system, config, budget)
        self._tenants: list[_Tenant] | None = None

    def answers(self) -> str:
        """Log in to the partner's own tenant and read its name; says what answered, raises `SourceReadError`."""
        tally = Tally()
        self._pages(self._in_tenant(self._config.partner_tenant_id, tally), OWN.endpoint, tally)
        return "the partner's own tenant answers"

    def fetchers(self) -> Mapping[str, Fetch]:
        """How each table is fetched."""
        return {
            TENANTS.name: self._list_tenants,
            SUBSCRIBED_SKUS.name: lambda _: self._of_accounts(SUBSCRIBED_SKUS),
            LICENSE_ASSIGNMENTS.name: lambda _: self._of_accounts(LICENSE_ASSIGNMENTS),
            DIRECTORY_SUBSCRIPTIONS.name: lambda _: self._of_accounts(DIRECTORY_SUBSCRIPTIONS),
        }

    def _in_tenant(self, tenant_id: str, tally: Tally) -> SourceClient:
        """A client with that tenant's own token (asked for with the first request)."""
        path = f"/{tenant_id}/oauth2/v2.0/token"
        auth = TokenAuth(
            without_slash(self._config.login_url) + path,
            self._config.client_id,
            self._config.client_secret,
            token_fetcher(self._login, path, tally),
            {"scope": _SCOPE},
        )
        return self._graph.with_auth(auth)

    def _list_tenants(self, tally: Tally) -> TableRows:
        client = self._in_tenant(self._config.partner_tenant_id, tally)
        contracts: list[Answer] = []
        if self._config.has_contracts:
            contracts = self._pages(client, TENANTS.endpoint, tally, empty_is_suspect=True)
        delegated = self._pages(client, DELEGATED.endpoint, tally, empty_is_suspect=True)
        own = self._pages(client, OWN.endpoint, tally, empty_is_suspect=True)
        if not row_total(own):
            raise IncompleteReadError(self.system, OWN.endpoint, "the partner's own tenant is missing")
        if self._config.has_contracts and not row_total(contracts):
            reason = "no contract at all, which proves nothing (set has_contracts = false if the partner has none)"
            raise IncompleteReadError(self.system, TENANTS.endpoint, reason)
        return TableRows(merge_tenants(_texts(contracts), _texts(delegated), _texts(own), tally.clock()))

    def _pages(
        self,
        client: SourceClient,
        path: str,
        tally: Tally,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        empty_is_suspect: bool = False,
        empty_goes_on: bool = False,
    ) -> list[Answer]:
        return read_pages(
            client,
            self._url + path,
            endpoint=path,
            tally=tally,
            paginator=JSONLinkPaginator("'@odata.nextLink'"),
            envelope=Envelope(ROWS),
            params=params,
            headers=headers,
            empty_is_suspect=empty_is_suspect,
            empty_goes_on=empty_goes_on,
        )

    def _of_accounts(self, table: Table) -> TableRows:
        """One table over all tenants, with the outcome of each."""
        if self._tenants is None:
            listed = self.needed(TENANTS, table).rows["tenant_id"].to_pylist()
            # A tenant that was read before and has left the lists is asked too: it may only have lost its contract.
            known = {account for _, account in self.plan.previous if account is not None}
            ids = [*listed, *sorted(known - set(listed))]
            self._tenants = self.parallel(self._read_tenant, ids)
            for part in (SUBSCRIBED_SKUS, LICENSE_ASSIGNMENTS, DIRECTORY_SUBSCRIPTIONS):
                self._parse_parts(part, self._tenants)
            for tenant in self._tenants:
                prove(tenant)
        parts = [(tenant.tenant_id, tenant.part(table)) for tenant in self._tenants]
        rows = [part.rows for _, part in parts if part.error is None and part.rows is not None]
        accounts = [
            AccountRead(tenant_id, part.tally, part.seconds, part.error, part.note) for tenant_id, part in parts
        ]
        return TableRows(pa.concat_tables(rows) if rows else empty(table), accounts=accounts)

    def _read_tenant(self, tenant_id: str) -> _Tenant:
        tenant = _Tenant(tenant_id)
        client = self._in_tenant(tenant_id, tenant.skus.tally)
        self._attempt(tenant.skus, lambda part: self._texts(client, SUBSCRIBED_SKUS, part.tally))
        self._attempt(tenant.users, lambda part: self._users_as_allowed(client, part))
        self._attempt(tenant.subscriptions, lambda part: self._texts(client, DIRECTORY_SUBSCRIPTIONS, part.tally))
        return tenant

    def _attempt(self, part: _Part, work: Callable[[_Part], list[str]]) -> None:
        """Do `work` for one tenant's table, once more when it contradicts itself, and note its error."""
        started = time.monotonic()
        try:
            try:
                part.pages = work(part)
            except IncompleteReadError:
                part.tally.retries += 1
                part.pages = work(part)
        except SourceReadError as error:
            part.error = error
        part.seconds = time.monotonic() - started

    def _texts(self, client: SourceClient, table: Table, tally: Tally) -> list[str]:
        return _texts(self._pages(client, table.endpoint, tally, empty_is_suspect=True))

    def _users_as_allowed(self, client: SourceClient, part: _Part) -> list[str]:
        """The users with their last sign-in where that is wanted and allowed; no count rests on it."""
        if not self._config.reads_sign_in:
            return self._users(client, part.tally, reads_sign_in=False)
        try:
            return self._users(client, part.tally, reads_sign_in=True)
        except AccessRefusedError as refusal:
            # A tenant without Entra ID P1, or without the consent for sign-in data alone, still tells its users.
            pages = self._users(client, part.tally, reads_sign_in=False)
            part.note = f"read without the last sign-in: {refusal.reason}"
            return pages

    def _users(self, client: SourceClient, tally: Tally, *, reads_sign_in: bool) -> list[str]:
        path, size = LICENSE_ASSIGNMENTS.endpoint, self._config.page_size
        query = {
            "$select": selected_fields(reads_sign_in=reads_sign_in),
            **_LICENSED,
            "$top": str(min(size, _MOST_WITH_SIGN_IN) if reads_sign_in else size),
        }
        # A page may be empty and say where the list goes on: the number of users proves that none are missing.
        pages = self._pages(client, path, tally, query, _EVENTUAL, empty_is_suspect=True, empty_goes_on=True)
        declared, received = pages[0].envelope.get("@odata.count"), row_total(pages)
        if declared != received:
            said = "none" if declared is None else declared
            raise IncompleteReadError(self.system, path, f"{received} users received, {said} declared (@odata.count)")
        return _texts(pages)

    def _parse_parts(self, table: Table, tenants: list[_Tenant]) -> None:
        """Parse the pages of all tenants together; a tenant with a bad field fails alone and the rest goes again."""
        while True:
            parts = {tenant.tenant_id: tenant.part(table) for tenant in tenants if tenant.part(table).error is None}
            owners = [part for part in parts.values() for _ in part.pages]
            texts = [PageText(page, {"tenant_id": name}) for name, part in parts.items() for page in part.pages]
            moment = min((part.tally.clock() for part in parts.values()), default=None)
            if moment is None:
                return
            try:
                rows, faults = self._parse(table, texts, moment)
            except FieldError as error:
                owners[error.page].error = error
                continue
            by_tenant = _by_tenant(rows)
            for name, part in parts.items():
                part.pages = []
                part.rows = by_tenant.get(name, rows.slice(0, 0))
                if name in faults:
                    part.error = SourceReadError(self.system, table.endpoint, faults[name])
            return

    def _parse(self, table: Table, pages: list[PageText], moment: datetime) -> tuple[pa.Table, dict[str, str]]:
        """The rows of all tenants, and by tenant why its rows are worth nothing."""
        if table is LICENSE_ASSIGNMENTS:
            return held_licences(pages, moment)
        rows = parse(pages, table, system=self.system, rows_path=ROWS, captured_at=moment)
        keys = rows.select(list(table.key)).group_by(list(table.key)).aggregate([([], "count_all")])
        repeated = keys.filter(pc.greater(keys["count_all"], 1))["tenant_id"].unique().to_pylist()
        return rows, dict.fromkeys(repeated, "rows repeat a key: pages overlap")


def _texts(pages: list[Answer]) -> list[str]:
    return [page.text for page in pages]


def _by_tenant(rows: pa.Table) -> dict[str, pa.Table]:
    """The rows of each tenant, without copying them: those of one tenant stand together, as its pages did."""
    runs = pc.run_end_encode(rows["tenant_id"].combine_chunks())
    names, ends = runs.values.to_pylist(), runs.run_ends.to_pylist()
    assert len(names) == len(set(names)), "the rows of one tenant stand apart"
    return {name: rows.slice(start, end - start) for name, start, end in zip(names, [0, *ends][:-1], ends, strict=True)}


def prove(tenant: _Tenant) -> None:
    """Set the error of each part of a tenant that the other parts show to be incomplete.

    An empty list of SKUs counts only where the tenant's users say so too: their number is declared, that of the SKUs is
    not.
    """
    skus, users, subscriptions = tenant.skus, tenant.users, tenant.subscriptions
    reasons: list[tuple[_Part, Table, str]] = []
    if skus.rows is not None and skus.error is None and not skus.rows.num_rows:
        if users.error is not None:
            reasons.append((skus, SUBSCRIBED_SKUS, "the list is empty, and users could not be read to prove it"))
        elif subscriptions.rows is not None and subscriptions.rows.num_rows:
            reason = f"the list is empty, but the tenant has {subscriptions.rows.num_rows} subscriptions"
            reasons.append((skus, SUBSCRIBED_SKUS, reason))
    if skus.rows is not None and users.rows is not None and skus.error is None and users.error is None:
        owned = pc.utf8_lower(skus.rows["sku_id"].combine_chunks())
        held = users.rows["sku_id"].unique()
        unknown = len(held) - (pc.sum(pc.is_in(held, value_set=owned)).as_py() or 0)
        # One SKU that the list lacks makes that one unknown, which the models see; a list of none proves nothing.
        if unknown and not skus.rows.num_rows:
            reason = f"users hold {unknown} SKUs that the tenant's list of {skus.rows.num_rows} lacks"
            reasons.append((skus, SUBSCRIBED_SKUS, reason))
        # Company-wide SKUs consume a unit without any user holding it.
        per_user = pc.fill_null(pc.not_equal(skus.rows["applies_to"], "Company"), True)
        consumed = pc.sum(pc.fill_null(skus.rows.filter(per_user)["consumed_units"], 0)).as_py() or 0
        if consumed and not users.rows.num_rows:
            reason = f"no user came, but the tenant's SKUs say that {consumed} units are consumed"
            reasons.append((users, LICENSE_ASSIGNMENTS, reason))
    if skus.rows is not None and subscriptions.rows is not None and not subscriptions.rows.num_rows:
        named = pc.sum(pc.not_equal(pc.fill_null(skus.rows["subscription_ids"], "[]"), "[]")).as_py() or 0
        if named:
            reason = f"no subscription came, but {named} of the tenant's SKUs name theirs"
            reasons.append((subscriptions, DIRECTORY_SUBSCRIPTIONS, reason))
    for part, table, reason in reasons:
        part.error = part.error or SourceReadError("microsoft_graph", table.endpoint, reason)
