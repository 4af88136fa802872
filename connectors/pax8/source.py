"""Pax8: companies, products, subscriptions, invoices and their items.

Data flow: token (JSON with audience) -> lists of 200 rows from page 0, each proven against `page.totalElements` ->
invoices from 45 days before the last read -> items only of invoices whose items are not held yet, in parallel.
Does not belong here: parsing, retries, dlt.
"""

from collections.abc import Mapping
from datetime import timedelta

import pyarrow as pa
from dlt.sources.helpers.rest_client.paginators import PageNumberPaginator

from connectors.auth import TokenAuth
from connectors.bodies import Envelope
from connectors.config import without_slash
from connectors.errors import IncompleteReadError, NotFoundError
from connectors.http import Answer, Budget, SourceClient, Tally, token_fetcher
from connectors.json_pages import PageText, parse
from connectors.paging import read_pages, row_total
from connectors.pax8.config import Config
from connectors.pax8.schema import COMPANIES, INVOICE_ITEMS, INVOICES, PRODUCTS, SUBSCRIPTIONS, TABLES
from connectors.reads import Plan, Progress
from connectors.source_reads import Fetch, SourceReads, TableRows
from connectors.tables import Table

# Invoices appear around the 5th and change status for weeks; older ones are settled.
INVOICE_OVERLAP = timedelta(days=45)
_ROWS = "$.content"


class Pax8Reads(SourceReads):
    """One run's reading of Pax8."""

    system = "pax8"
    tables = TABLES

    def __init__(self, config: Config, plan: Plan, budget: Budget, progress: Progress | None = None) -> None:
        super().__init__(config, plan, budget, progress)
        self._url = without_slash(config.api_url)
        self._page_size = config.page_size
        login = SourceClient(self.system, config, budget)
        auth = TokenAuth(
            config.login_url,
            config.client_id,
            config.client_secret,
            token_fetcher(login, "/token", Tally()),
            {"audience": config.audience},
            as_json=True,
        )
        self._client = SourceClient(self.system, config, budget, auth)

    def answers(self) -> str:
        """Log in and ask for one company; says what answered, raises `SourceReadError`."""
        answer = self._client.get(
            f"{self._url}{COMPANIES.endpoint}",
            endpoint=COMPANIES.endpoint,
            tally=Tally(),
            params={"page": "0", "size": "1"},
            envelope=Envelope(_ROWS),
        )
        return f"answers, {_declared(answer)} companies"

    def fetchers(self) -> Mapping[str, Fetch]:
        """How each table is fetched."""
        by_creation = {"sort": "createdDate,asc"}  # new rows land at the end while pages are read
        return {
            COMPANIES.name: lambda tally: self._never_empty(COMPANIES, tally),
            PRODUCTS.name: lambda tally: self._list(PRODUCTS, tally, {}),
            SUBSCRIPTIONS.name: lambda tally: self._list(SUBSCRIPTIONS, tally, by_creation),
            INVOICES.name: self._invoices,
            INVOICE_ITEMS.name: self._items,
        }

    def _never_empty(self, table: Table, tally: Tally) -> TableRows:
        """A distributor account has at least the partner itself: a total of 0 is not believed."""
        fetched = self._list(table, tally, {})
        if not fetched.rows.num_rows:
            raise IncompleteReadError(self.system, table.endpoint, "the list is empty, but the partner itself is in it")
        return fetched

    def _list(self, table: Table, tally: Tally, params: Mapping[str, str]) -> TableRows:
        pages = self._pages(table.endpoint, table, tally, params)
        rows = self._parse(table, [PageText(page.text) for page in pages], tally)
        return TableRows(rows, declared_total=row_total(pages))

    def _pages(self, path: str, table: Table, tally: Tally, params: Mapping[str, str]) -> list[Answer]:
        """All pages of one list, proven against the total that every page declares."""
        pages = read_pages(
            self._client,
            self._url + path,
            endpoint=path,
            tally=tally,
            paginator=PageNumberPaginator(base_page=0, page_param="page", total_path="page.totalPages"),
            envelope=Envelope(_ROWS),
            params={**params, "size": str(self._page_size)},
        )
        declared, received = _declared(pages[-1]), row_total(pages)
        if declared is None:
            raise IncompleteReadError(self.system, path, "the answer declares no page.totalElements")
        if received != declared:
            reason = f"{received} rows received, {declared} declared (page.totalElements)"
            raise IncompleteReadError(self.system, path, reason)
        if path == table.endpoint:
            self.report(table, received)
        return pages

    def _parse(self, table: Table, pages: list[PageText], tally: Tally) -> pa.Table:
        return parse(pages, table, system=self.system, rows_path=_ROWS, captured_at=tally.clock())

    def _invoices(self, tally: Tally) -> TableRows:
        cursor = self.plan.cursor(INVOICES.name)
        if cursor is None:
            return self._list(INVOICES, tally, {})
        start = (cursor - INVOICE_OVERLAP).date().isoformat()
        fetched = self._list(INVOICES, tally, {"invoiceDateRangeStart": start})
        return TableRows(fetched.rows, "incremental", fetched.declared_total)

    def _items(self, tally: Tally) -> TableRows:
        """Items of every invoice read now whose items are not held; an invoice's items do not change any more."""
        invoices = self.needed(INVOICES, INVOICE_ITEMS)
        held = frozenset() if INVOICE_ITEMS.name in self.plan.full_tables else self.plan.held.get(INVOICE_ITEMS.name)
        partial = bool(held) and invoices.mode == "incremental"
        if invoices.mode == "incremental" and not partial:
            # The invoices read now are only the recent ones: without the earlier items, all invoices are needed.
            invoices = self._list(INVOICES, tally, {})
        ids = [value for value in invoices.rows["id"].to_pylist() if not (partial and value in (held or ()))]
        pages = [page for pages in self.parallel(lambda invoice: self._invoice(invoice, tally), ids) for page in pages]
        rows = self._parse(INVOICE_ITEMS, pages, tally)
        return TableRows(rows, "incremental" if partial else "full", rows.num_rows)

    def _invoice(self, invoice_id: str, tally: Tally) -> list[PageText]:
        path = f"/invoices/{invoice_id}/items"
        try:
            pages = self._pages(path, INVOICE_ITEMS, tally, {})
        except NotFoundError:
            reason = "not found, though the list of invoices holds it"
            raise IncompleteReadError(self.system, path, reason) from None
        return [PageText(page.text, {"invoice_id": invoice_id}) for page in pages]


def _declared(page: Answer) -> int | None:
    total = (page.envelope.get("page") or {}).get("totalElements")
    return total if isinstance(total, int) else None
