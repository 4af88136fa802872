"""NinjaOne: organizations, devices and computer systems.

Data flow: token (client credentials) -> two lists by `after`, one query by cursor, each until an empty page came twice.
The API declares no totals, so two rules stand in for them. (1) Devices and computer systems prove each other: every
computer system belongs to a listed device, and where approved computers are listed, at least one has a computer
system. (2) Neither organizations nor devices are ever empty: an instance has its own organization, and one without a
device needs no reconciliation.
Does not belong here: parsing, retries, dlt.
"""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc
from dlt.sources.helpers.rest_client.paginators import BasePaginator

from connectors.auth import TokenAuth
from connectors.bodies import Envelope
from connectors.config import without_slash
from connectors.errors import IncompleteReadError, SourceReadError
from connectors.http import Budget, SourceClient, Tally, token_fetcher
from connectors.json_pages import PageText, parse
from connectors.ninjaone.config import Config
from connectors.ninjaone.schema import COMPUTER_SYSTEMS, DEVICES, ORGANIZATIONS, TABLES
from connectors.paging import UntilEmptyPaginator, read_pages, row_total
from connectors.reads import Plan, Progress
from connectors.source_reads import Fetch, SourceReads, TableRows
from connectors.tables import Table

# Classes that run the agent on an operating system, which is what reports a computer system.
COMPUTER_CLASSES = ("WINDOWS_SERVER", "WINDOWS_WORKSTATION", "LINUX_SERVER", "LINUX_WORKSTATION", "MAC", "MAC_SERVER")


class NinjaOneReads(SourceReads):
    """One run's reading of NinjaOne."""

    system = "ninjaone"
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
            token_fetcher(login, "/ws/oauth/token", Tally()),
            {"scope": config.scope},
        )
        self._client = SourceClient(self.system, config, budget, auth)

    def answers(self) -> str:
        """Log in and ask for one organization; says what answered, raises `SourceReadError`."""
        path = ORGANIZATIONS.endpoint
        self._client.get(self._url + path, endpoint=path, tally=Tally(), params={"pageSize": "1"})
        return "answers"

    def fetchers(self) -> Mapping[str, Fetch]:
        """How each table is fetched."""
        return {
            ORGANIZATIONS.name: lambda tally: TableRows(self._list(ORGANIZATIONS, tally)),
            DEVICES.name: self._devices,
            COMPUTER_SYSTEMS.name: lambda tally: TableRows(self._computer_systems(tally)),
        }

    def _list(self, table: Table, tally: Tally) -> pa.Table:
        rows = self._read(table, tally, UntilEmptyPaginator("after"), Envelope("$"))
        if not rows.num_rows:
            raise IncompleteReadError(self.system, table.endpoint, "the list is empty, which proves nothing")
        return rows

    def _computer_systems(self, tally: Tally) -> pa.Table:
        paginator = UntilEmptyPaginator("cursor", cursor=True)
        return self._read(COMPUTER_SYSTEMS, tally, paginator, Envelope("$.results", "deviceId"))

    def _read(self, table: Table, tally: Tally, paginator: BasePaginator, envelope: Envelope) -> pa.Table:
        pages = read_pages(
            self._client,
            self._url + table.endpoint,
            endpoint=table.endpoint,
            tally=tally,
            paginator=paginator,
            envelope=envelope,
            params={"pageSize": str(self._page_size)},
            empty_is_suspect=True,
        )
        self.report(table, row_total(pages))
        texts = [PageText(page.text) for page in pages]
        rows_path = envelope.rows or "$"
        return parse(texts, table, system=self.system, rows_path=rows_path, captured_at=tally.clock())

    def _devices(self, tally: Tally) -> TableRows:
        try:
            # Before the devices: a device that comes in between then has no computer system yet, which is no fault.
            systems: pa.Table | None = self.rows(COMPUTER_SYSTEMS).rows
        except SourceReadError:
            systems = None  # the failed read speaks for itself, and nothing of this source is assessed
        devices = self._list(DEVICES, tally)
        if systems is not None and contradiction(devices, systems):
            # A device deleted in between would look like a gap: compare with the systems of now.
            systems = self._computer_systems(tally)
            reason = contradiction(devices, systems)
            if reason:
                raise IncompleteReadError(self.system, DEVICES.endpoint, reason)
        return TableRows(devices)


def contradiction(devices: pa.Table, systems: pa.Table) -> str | None:
    """Why `devices` and computer `systems` cannot both be whole; None where they agree."""
    known = pc.is_in(systems["device_id"], value_set=devices["id"].combine_chunks())
    missing = systems.num_rows - (pc.sum(known).as_py() or 0)
    if missing:
        return f"{missing} of {systems.num_rows} computer systems belong to devices that the list lacks"
    is_computer = pc.is_in(devices["node_class"], value_set=pa.array(COMPUTER_CLASSES))
    is_approved = pc.fill_null(pc.equal(devices["approval_status"], "APPROVED"), True)  # old instances send none
    computers = pc.sum(pc.and_(is_computer, is_approved)).as_py() or 0
    if computers and not systems.num_rows:
        return f"{computers} computers are listed, but not one of them as a computer system"
    return None
