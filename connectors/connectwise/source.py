"""ConnectWise PSA: companies, agreements, additions, catalog and invoices.

Data flow: company info (which code base the API lives under) -> companies, agreements and catalog in full, each
proven by `/count` -> invoices: the changed and the recent ones, or all of them where nothing is held, or where what we
would then hold differs from `/count` (some were deleted) -> additions, one call per agreement in parallel, empty
answers confirmed through `/additions/count`.

Companies, agreements and catalog are never read by `lastUpdated`: merging two companies or moving an agreement leaves
it as it was. They are a few pages beside one call per agreement (docs/systems/connectwise.md counts them). Invoices
are many and dated: of those that bill these months, whatever became of them is seen.
Does not belong here: parsing, retries, dlt.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from threading import Lock

import pyarrow as pa
from dlt.sources.helpers.rest_client.paginators import HeaderLinkPaginator

from connectors.auth import BasicAuth
from connectors.bodies import Envelope
from connectors.config import without_slash
from connectors.connectwise.config import Config
from connectors.connectwise.schema import ADDITIONS, AGREEMENTS, CATALOG, COMPANIES, INVOICES, TABLES
from connectors.errors import IncompleteReadError, SourceReadError
from connectors.http import Answer, Budget, SourceClient, Tally
from connectors.json_pages import PageText, parse
from connectors.paging import read_pages, row_total
from connectors.reads import Plan, Progress
from connectors.source_reads import Fetch, SourceReads, TableRows
from connectors.tables import Table

# The cursor is the server's clock at the last read; records saved in the seconds around it come again.
CURSOR_OVERLAP = timedelta(minutes=10)
# Invoices dated so many days before the last read are read again, changed or not: this month's and the last one's.
RECENT_DAYS = 62
_COMPANY_INFO = "/login/companyinfo/{company_id}"


class ConnectWiseReads(SourceReads):
    """One run's reading of ConnectWise PSA."""

    system = "connectwise"
    tables = TABLES

    def __init__(self, config: Config, plan: Plan, budget: Budget, progress: Progress | None = None) -> None:
        super().__init__(config, plan, budget, progress)
        self._config = config
        self._open = SourceClient(self.system, config, budget)  # company info wants no credentials
        self._client = SourceClient(
            self.system,
            config,
            budget,
            BasicAuth(f"{config.company_id}+{config.public_key}", config.private_key),
            {
                "clientId": config.client_id.get_secret_value(),
                "Accept": f"application/vnd.connectwise.com+json; version={config.api_version}",
            },
        )
        self._base: str | None = None
        self._base_lock = Lock()

    def answers(self) -> str:
        """Find the code base and count the companies; says what answered, raises `SourceReadError`."""
        return f"answers, {self._count(COMPANIES.endpoint, Tally(), {})} companies"

    def fetchers(self) -> Mapping[str, Fetch]:
        """How each table is fetched."""
        return {
            COMPANIES.name: lambda tally: self._never_empty(COMPANIES, tally),
            AGREEMENTS.name: lambda tally: self._list(AGREEMENTS, tally, {}),
            ADDITIONS.name: self._additions,
            CATALOG.name: lambda tally: self._list(CATALOG, tally, {}),
            INVOICES.name: self._invoices,
        }

    def _url(self, path: str, tally: Tally) -> str:
        """`path` under the code base that the server names for our company."""
        with self._base_lock:
            if self._base is None:
                where = f"{without_slash(self._config.login_url)}/login/companyinfo/{self._config.company_id}"
                # A company that the server does not know gets a `null` with status 200.
                envelope = Envelope(rows=None, null_means=f"no company {self._config.company_id!r} at this server")
                answer = self._open.get(where, endpoint=_COMPANY_INFO, tally=tally, envelope=envelope)
                codebase = answer.envelope.get("Codebase")
                if not isinstance(codebase, str) or not codebase.strip("/"):
                    raise SourceReadError(self.system, _COMPANY_INFO, "no code base in the answer")
                self._base = f"{without_slash(self._config.api_url)}/{codebase.strip('/')}/apis/3.0"
        return self._base + path

    def _never_empty(self, table: Table, tally: Tally) -> TableRows:
        """The MSP itself is a company: a read without rows is not believed, whatever the count says."""
        fetched = self._list(table, tally, {})
        if not fetched.rows.num_rows:
            raise IncompleteReadError(self.system, table.endpoint, "the list is empty, but the MSP itself is in it")
        return fetched

    def _invoices(self, tally: Tally) -> TableRows:
        """The changed and the recent invoices where they suffice, else all of them."""
        cursor, held = self.plan.cursor(INVOICES.name), self.plan.held.get(INVOICES.name)
        if cursor is not None and held is not None:
            since, recent = _moment(cursor - CURSOR_OVERLAP), _moment(cursor - timedelta(days=RECENT_DAYS))
            conditions = {"conditions": f"lastUpdated>[{since}] or date>[{recent}]"}
            found = self._list(INVOICES, tally, conditions)
            keys = held | {str(key) for key in found.rows["id"].to_pylist()}
            if len(keys) == self._count(INVOICES.endpoint, tally, {}):
                return TableRows(found.rows, "incremental", found.declared_total)
        return self._list(INVOICES, tally, {})

    def _list(self, table: Table, tally: Tally, conditions: Mapping[str, str]) -> TableRows:
        """All records that meet `conditions`, proven against `/count` with the same conditions."""
        pages = self._pages(table.endpoint, table, tally, conditions)
        declared, received = self._count(table.endpoint, tally, conditions), row_total(pages)
        if received != declared:
            reason = f"{received} rows received, {declared} declared ({table.endpoint}/count)"
            raise IncompleteReadError(self.system, table.endpoint, reason)
        self.report(table, received)
        return TableRows(self._parse(table, pages, tally), declared_total=declared)

    def _pages(self, path: str, table: Table, tally: Tally, params: Mapping[str, str]) -> list[Answer]:
        return read_pages(
            self._client,
            self._url(path, tally),
            endpoint=path,
            tally=tally,
            paginator=HeaderLinkPaginator(),
            params={"orderBy": "id asc", **params, "page": "1", "pageSize": str(self._config.page_size)},
        )

    def _parse(self, table: Table, pages: list[Answer], tally: Tally) -> pa.Table:
        texts = [PageText(page.text) for page in pages]
        return parse(texts, table, system=self.system, rows_path="$", captured_at=tally.clock())

    def _count(self, path: str, tally: Tally, conditions: Mapping[str, str]) -> int:
        path = f"{path}/count"
        answer = self._client.get(
            self._url(path, tally), endpoint=path, tally=tally, params=conditions, envelope=Envelope(rows=None)
        )
        count = answer.envelope.get("count")
        if not isinstance(count, int):
            raise SourceReadError(self.system, path, "the answer holds no count")
        return count

    def _additions(self, tally: Tally) -> TableRows:
        """Additions of every agreement, ended ones too: there is no call that lists them all."""
        agreements = self.needed(AGREEMENTS, ADDITIONS)
        ordered = sorted((str(key) for key in agreements.rows["id"].to_pylist()), key=int)
        answers = self.parallel(lambda agreement: self._of_agreement(agreement, tally), ordered)
        pages = [page for answer in answers for page in answer]
        return TableRows(self._parse(ADDITIONS, pages, tally))

    def _of_agreement(self, agreement_id: str, tally: Tally) -> list[Answer]:
        path = f"/finance/agreements/{agreement_id}/additions"
        pages = self._pages(path, ADDITIONS, tally, {})
        if row_total(pages) == 0 and self._count(path, tally, {}) != 0:
            pages = self._pages(path, ADDITIONS, tally, {})
            received, declared = row_total(pages), self._count(path, tally, {})
            if received != declared:
                reason = f"{received} rows received, {declared} declared ({path}/count)"
                raise IncompleteReadError(self.system, path, reason)
        return pages


def _moment(moment: datetime) -> str:
    """A time as conditions are written."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
