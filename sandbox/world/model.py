"""What a generated world is: vendor payloads, confirmed rules and the truth, as plain data.

Belongs here: the shapes that the sandbox server, the home writer and the score read. Does not belong here: how a world
is planned (`plan.py`), rendered (one module per system) or judged (`truth.py`).
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

Payload = dict[str, Any]
"""One JSON-ready object in exactly the vendor's shape (numbers as JSON numbers, times as the vendor writes them)."""


@dataclass(slots=True)
class ConnectWiseWorld:
    """ConnectWise PSA; `additions` is keyed by agreement id, every agreement has an entry."""

    companies: list[Payload] = field(default_factory=list)
    agreements: list[Payload] = field(default_factory=list)
    catalog: list[Payload] = field(default_factory=list)
    invoices: list[Payload] = field(default_factory=list)
    additions: dict[int, list[Payload]] = field(default_factory=dict)


@dataclass(slots=True)
class MicrosoftGraphWorld:
    """Microsoft Graph; the dicts are keyed by tenant id and hold every tenant, the partner's own included.

    `partner_tenant_id` is the MSP's own directory, in which the contract lists are read; it stands in neither list.
    `gone_tenants` are no longer there: the login knows none of them, whatever the lists say. `tenants_without_premium`
    refuse to tell when somebody signed in, and tell all else.
    """

    partner_tenant_id: str = ""
    contracts: list[Payload] = field(default_factory=list)
    delegated_admin_customers: list[Payload] = field(default_factory=list)
    organizations: dict[str, list[Payload]] = field(default_factory=dict)
    subscribed_skus: dict[str, list[Payload]] = field(default_factory=dict)
    users: dict[str, list[Payload]] = field(default_factory=dict)
    directory_subscriptions: dict[str, list[Payload]] = field(default_factory=dict)
    refused_tenants: set[str] = field(default_factory=set)
    gone_tenants: set[str] = field(default_factory=set)
    tenants_without_premium: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Pax8World:
    """Pax8; `invoice_items` is keyed by invoice id."""

    companies: list[Payload] = field(default_factory=list)
    products: list[Payload] = field(default_factory=list)
    subscriptions: list[Payload] = field(default_factory=list)
    invoices: list[Payload] = field(default_factory=list)
    invoice_items: dict[str, list[Payload]] = field(default_factory=dict)


@dataclass(slots=True)
class NinjaOneWorld:
    """NinjaOne RMM; devices and organizations ascend by id, computer_systems by deviceId."""

    organizations: list[Payload] = field(default_factory=list)
    devices: list[Payload] = field(default_factory=list)
    computer_systems: list[Payload] = field(default_factory=list)


@dataclass(slots=True)
class Inbox:
    """Files that portals without API export, by path below the inbox."""

    files: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Rules:
    """The rules that people of the MSP confirmed: rows of the CSV files, by column name, dates as ISO text."""

    client_map: list[dict[str, str]] = field(default_factory=list)
    product_map: list[dict[str, str]] = field(default_factory=list)
    counting: list[dict[str, str]] = field(default_factory=list)
    product_groups: list[dict[str, str]] = field(default_factory=list)
    exclusions: list[dict[str, str]] = field(default_factory=list)
    terms: list[dict[str, str]] = field(default_factory=list)
    tolerances: list[dict[str, str]] = field(default_factory=list)
    splits: list[dict[str, str]] = field(default_factory=list)
    special_users: list[dict[str, str]] = field(default_factory=list)
    bundles: list[dict[str, str]] = field(default_factory=list)
    exchange_rates: list[dict[str, str]] = field(default_factory=list)
    item_map: list[dict[str, str]] = field(default_factory=list)
    gone_accounts: list[dict[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TruthRow:
    """One row that a right reconciliation holds at the world's clock.

    Quantities and money are exact; None means that the figure is unknown there (unknown is not zero), or for `billed`
    and for `unit_price` of excluded and unmapped rows, that nothing fixes it. `note` says what was planted. `figures`
    are further columns of the reconciliation that the plant fixes, by name (None: known to be unknown); others are not
    compared.
    """

    line_key: str
    client_id: str | None
    product_id: str | None
    class_: str
    billed: Decimal | None
    expected: Decimal | None
    variance: Decimal | None
    owned: Decimal | None
    used: Decimal | None
    charged: Decimal | None
    unit_price: Decimal | None
    currency: str
    revenue_impact: Decimal | None
    note: str = ""
    flags: tuple[str, ...] = ()
    figures: dict[str, Decimal | None] = field(default_factory=dict, hash=False)


@dataclass(slots=True)
class World:
    """A whole synthetic MSP at one moment: `clock` (UTC) is the now of every vendor.

    `backbill_months` says by line key how far back an underbilled line's contract lets one bill; others state no limit.
    """

    seed: int
    clock: datetime
    connectwise: ConnectWiseWorld = field(default_factory=ConnectWiseWorld)
    microsoft_graph: MicrosoftGraphWorld = field(default_factory=MicrosoftGraphWorld)
    pax8: Pax8World = field(default_factory=Pax8World)
    ninjaone: NinjaOneWorld = field(default_factory=NinjaOneWorld)
    inbox: Inbox = field(default_factory=Inbox)
    rules: Rules = field(default_factory=Rules)
    truth: list[TruthRow] = field(default_factory=list)
    features: frozenset[str] = frozenset()
    backbill_months: dict[str, int] = field(default_factory=dict)
