"""The MSP as it was thought up: clients, accounts, lines and holdings, before any vendor's payload exists.

Belongs here: the plan's objects. Truth is judged on these (`truth.py`), payloads are rendered from them (one module
per system), so the two do not depend on each other. Does not belong here: chance (`clients.py`, `plants.py`).
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from sandbox.world.agreed import BundlePart, Counting, Exclusion, Rate, SpecialUser, Split, Term, Tolerance
from sandbox.world.counts import Counts, Reads
from sandbox.world.dates import add_months
from sandbox.world.names import CompanyName
from sandbox.world.products import FEATURE_PRODUCTS, PRODUCTS, READ_DAILY, Offer, Product, Sku
from sandbox.world.user import User

ZERO = Decimal(0)
COUNTED, EXCLUDED, INFORMATION = "counted", "excluded", "information_only"
# Something that is there and counts nothing: retired, silent for longer than the rule allows, or left out by the rule.
SILENT = "silent"
# What the records of one machine have in common: the serial number; the hardware id, where no record has a serial
# number; or the one and the other by turns.
BY_SERIAL, BY_HARDWARE_ID, BY_TURNS = "serial number", "hardware id", "by turns"
# The distributor's words for how long seats are promised.
A_YEAR, A_MONTH = "1-Year", "Monthly"


@dataclass(slots=True, eq=False)
class Account:
    """A vendor account; `mapped_by` is 'id', 'rule', 'split' (several clients share it) or empty (nobody confirmed).

    `hint` is the PSA company id typed into the vendor's record (Pax8) or the tenant id typed into the PSA (Graph:
    any text that is not empty), where the mapping is by id.
    """

    source: str
    id: str
    name: str
    domain: str
    client: "Client"
    mapped_by: str = "id"
    hint: str = ""
    is_weakly_mapped: bool = False
    """Whether its rule says that the names are alike and nothing more."""
    is_refused: bool = False
    """Whether what it holds cannot be told: it refused to be read, or its counts end before the cut-off."""
    mapped_from: date | None = None
    """The first day of its rule, where that is later than of all others."""
    is_gone: bool = False
    """Whether the vendor knows it no longer, a list still names it, and somebody of the MSP said so."""
    users: list[User] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Line:
    """A billing line; `role` is what it was made to be on the cut-off day: 'live', 'past' or 'future'."""

    id: int
    agreement: "Agreement"
    product: Product
    quantity: Decimal
    price: Decimal
    effective: date
    cancelled: date | None = None
    included: Decimal = ZERO
    mode: str = "Billable"
    role: str = "live"
    sends_billed_quantity: bool = True
    item_id: int | None = None
    """Another item of the catalogue that is the same product; None: the product's own."""

    @property
    def billed(self) -> Decimal:
        """Units charged; a credit (a line at a negative price) is money and charges none."""
        return ZERO if self.is_credit else self.quantity - self.included

    @property
    def amount(self) -> Decimal:
        """What the line comes to in a whole month."""
        return (self.quantity - self.included) * self.price

    @property
    def is_credit(self) -> bool:
        """Whether the line takes money off others."""
        return self.price < 0


@dataclass(slots=True, eq=False)
class Agreement:
    """A client contract. `is_live` is the intent for the cut-off day, `status` the PSA's word that no date tells.

    Its prices are stated for `cycle_months` months each, though lines keep the price of one; 0 is billed once.
    """

    id: int
    client: "Client"
    name: str
    start: date
    end: date | None = None
    cancelled: date | None = None
    parent: "Agreement | None" = None
    is_live: bool = True
    status: str = ""
    cycle_months: int = 1
    lines: list[Line] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Seats:
    """A distributor subscription; `steps` are (from this day, quantity), ascending, and `costs` (from this day, cost).

    `role` is how it was meant to count on the cut-off day; `is_charged` whether Pax8 invoices it, `overcharge` the
    units that its newest invoice holds too many. `cycle_day` is the day of the month on which its charge cycle begins,
    `currency` what the vendor asks its cost in where that is not the client's. `billing_term` is another than monthly
    where it is billed once. How this month is charged where that is no single item: `rebilled_from` units were charged
    first and taken back on `rebilled_on`, `taken_back` units alone were, `is_taken_back` is a charge without its
    successor, `first_tier` units of a tiered price have an item of their own, `has_flat_fee` puts a fee beside them.
    """

    id: str
    account: Account
    offer: Offer
    vendor_subscription_id: str
    steps: list[tuple[date, Decimal]]
    price: Decimal
    status: str = "Active"
    ended: date | None = None
    role: str = COUNTED
    is_charged: bool = True
    commitment: str = ""
    costs: list[tuple[date, Decimal]] = field(default_factory=list)
    overcharge: Decimal = ZERO
    cycle_day: int = 1
    currency: str = ""
    billing_term: str = "Monthly"
    rebilled_from: Decimal = ZERO
    rebilled_on: date | None = None
    is_taken_back: bool = False
    taken_back: Decimal = ZERO
    first_tier: Decimal = ZERO
    has_flat_fee: bool = False

    @property
    def quantity(self) -> Decimal:
        """Seats now."""
        return self.steps[-1][1]

    @property
    def charged_in(self) -> str:
        """Currency of its cost and of the invoices that hold it."""
        return self.currency or self.account.client.currency

    def on(self, day: date) -> Decimal:
        """Seats on `day`; zero before the start and from the end on."""
        if self.ended is not None and self.ended <= day:
            return ZERO
        return next((quantity for start, quantity in reversed(self.steps) if start <= day), ZERO)

    def charged_on(self, day: date) -> Decimal | None:
        """Units that the invoices charge on `day`; None where the first one has yet to come."""
        if not self.is_charged:
            return ZERO
        invoiced = self.on(self.cycle_of(day))
        if self.role != INFORMATION and self.on(day) and not invoiced:
            return None
        if self.rebilled_on is not None and day < self.rebilled_on:
            return self.rebilled_from
        return ZERO if self.is_taken_back else invoiced + self.overcharge - self.taken_back

    def cycle_of(self, day: date) -> date:
        """First day of the charge cycle that holds `day`."""
        begun = day.day >= self.cycle_day
        month = day if begun else day.replace(day=1) - timedelta(days=1)
        return month.replace(day=self.cycle_day)

    def cost_on(self, day: date) -> Decimal:
        """What a seat costs us a month on `day`: the catalogue's cost until a renewal changed it."""
        return next((cost for start, cost in reversed(self.costs) if start <= day), self.offer.cost)

    @property
    def is_committed(self) -> bool:
        """Whether its seats are promised for a year at a time."""
        return self.commitment == A_YEAR

    def committed_until(self, day: date) -> date | None:
        """Last day of the term that holds `day`; a term runs from the start and is renewed. None: no term."""
        if not self.commitment:
            return None
        opened = self.steps[0][0]
        if not self.is_committed:
            months = (day.year - opened.year) * 12 + day.month - opened.month + (opened.day <= day.day)
            return add_months(opened, max(1, months)).replace(day=opened.day) - timedelta(days=1)
        years = max(1, day.year - opened.year + (opened.replace(year=day.year) <= day))
        return opened.replace(year=opened.year + years) - timedelta(days=1)

    def can_be_given_back(self, day: date) -> bool:
        """Whether `day` lies within seven days of the purchase or of a renewal of the committed year."""
        until = self.committed_until(day)
        opened = self.steps[0][0]
        begun = None if until is None else until + timedelta(days=1)
        begun = begun and begun.replace(year=begun.year - 1)
        return any(since and since <= day <= since + timedelta(days=7) for since in (opened, begun))

    def added_lately(self, day: date) -> Decimal:
        """Seats added within seven days before `day`, as far as the invoice of that month shows the addition."""
        invoiced = day.replace(day=self.cycle_day) if self.is_charged else date.min
        pairs = zip(self.steps, self.steps[1:], strict=False)
        return sum(
            (
                max(ZERO, quantity - before)
                for (_, before), (start, quantity) in pairs
                if start < invoiced and start <= day <= start + timedelta(days=7)
            ),
            ZERO,
        )


@dataclass(slots=True, eq=False)
class TenantSku:
    """A SKU in a tenant. `seats` are the distributor's subscriptions behind it; `own` is what has no subscription.

    `holders` are the `assigned` users; they are planned last. Of the usable units `trial` and `direct` (by the ids of
    subscriptions that the client buys itself) are no units of ours. `ended_trial` is a trial that is over; `unlisted`
    are units that the tenant calls consumed and no user holds. `fault` is what the tenant says badly: `units` (none
    stated), `status` (a word that nobody knows) or `list` (users hold the SKU, and the tenant's list lacks it).
    """

    account: Account
    sku: Sku
    assigned: int
    seats: list[Seats] = field(default_factory=list)
    own: int = 0
    warning: int = 0
    suspended: int = 0
    disabled_users: int = 0
    role: str = COUNTED
    is_trial: bool = False
    holders: list[User] = field(default_factory=list)
    trial: int = 0
    direct: dict[str, int] = field(default_factory=dict)
    ended_trial: int = 0
    unlisted: int = 0
    fault: str = ""

    @property
    def not_ours(self) -> int:
        """Usable units that a subscription below the SKU takes out."""
        return self.trial + sum(self.direct.values())

    @property
    def enabled(self) -> int:
        """Prepaid units in use: the live subscriptions' seats and the tenant's own."""
        return self.own + self.not_ours + sum(int(s.quantity) for s in self.seats if s.role != INFORMATION)

    def is_unknown(self, side: str) -> bool:
        """Whether the tenant says so badly what is owned or used that nobody can count it."""
        if side == "owned":
            return bool(self.fault)
        return self.unlisted > 0 or self.fault in ("status", "list")


@dataclass(slots=True, eq=False)
class Devices:
    """Devices of one node class in one organization, as counts by state; `excluded` by a rule that names the device.

    Of the excluded, the last `silent_excluded` have not been seen for longer than the rule allows. `duplicates` are
    further records of the last live machine, `known_by` what they have in common; they stand in the organization that
    it was `moved_from`, if it was. Of the live ones,
    the first `nameless` report a board maker's placeholder instead of a serial number, the last `namesakes` share one
    hostname, the last `clones` one hardware id, the last `alike` one serial number, and the last `blanks` a hostname, a
    placeholder and an id of zeros. `unknown` have an approval status that nobody knows.
    """

    account: Account
    node_class: str
    live: int
    stale: int = 0
    retired: int = 0
    pending: int = 0
    excluded: int = 0
    silent_excluded: int = 0
    duplicates: int = 0
    moved_from: Account | None = None
    known_by: str = BY_SERIAL
    nameless: int = 0
    namesakes: int = 0
    clones: int = 0
    blanks: int = 0
    alike: int = 0
    unknown: int = 0
    role: str = COUNTED
    first_id: int = 0

    @property
    def excluded_ids(self) -> range:
        """Device ids that exclusion rules name; known once the devices are numbered."""
        return range(self.first_id, self.first_id + self.excluded)

    @property
    def nameless_ids(self) -> range:
        """Live devices without a serial number of their own."""
        first_live = self.first_id + self.excluded
        return range(first_live, first_live + self.nameless)

    def last_live_ids(self, count: int) -> range:
        """The last `count` live devices."""
        return range(self.original_id + 1 - count, self.original_id + 1)

    @property
    def original_id(self) -> int:
        """The live device whose machine the duplicates are earlier records of."""
        return self.first_id + self.excluded + self.live - 1

    @property
    def duplicate_ids(self) -> range:
        """Records of a machine that is counted already."""
        return range(self.first_id + self.total - self.duplicates, self.first_id + self.total)

    @property
    def total(self) -> int:
        """All device records, whatever their state."""
        return self.excluded + self.live + self.stale + self.retired + self.pending + self.unknown + self.duplicates


@dataclass(slots=True, eq=False)
class Position:
    """Everything about one client and one product; `intent` is the class planted here (empty: nothing planted).

    `is_broken`: a record of it says something that no vendor should say, so nothing can be concluded; `unclear_sides`
    are those that it leaves unknown.
    """

    client: "Client"
    product: Product
    lines: list[Line] = field(default_factory=list)
    seats: list[Seats] = field(default_factory=list)
    skus: list[TenantSku] = field(default_factory=list)
    devices: list[Devices] = field(default_factory=list)
    counts: list[Counts] = field(default_factory=list)
    reads: Reads | None = None
    is_broken: bool = False
    unclear_sides: frozenset[str] = frozenset()
    intent: str = ""
    note: str = ""


@dataclass(slots=True, eq=False)
class Client:
    """One company. `kind`: live, internal (the MSP), inactive, deleted (recycled), vendor, stray (not in the PSA)."""

    number: int
    company_id: int
    name: CompanyName
    currency: str
    users: int
    kind: str = "live"
    accounts: dict[str, list[Account]] = field(default_factory=dict)
    agreements: list[Agreement] = field(default_factory=list)
    positions: dict[str, Position] = field(default_factory=dict)
    loose_skus: list[TenantSku] = field(default_factory=list)
    loose_seats: list[Seats] = field(default_factory=list)
    loose_devices: list[Devices] = field(default_factory=list)
    parent: "Client | None" = None
    note: str = ""

    @property
    def id(self) -> str:
        """The client id that the rest of tieout knows."""
        return f"connectwise:{self.company_id}"

    def is_mapped(self, source: str) -> bool:
        """Whether this client has a confirmed, readable account in `source`."""
        return any(a.mapped_by and not a.is_refused for a in self.accounts.get(source, ()))


@dataclass(slots=True)
class Plan:
    """The whole MSP. `day` is the cut-off day, `first` the first day of its month.

    `read_on` are earlier days of the month on which the same home was read and published, ascending.
    """

    seed: int
    clock: datetime
    day: date
    first: date
    msp: Client
    clients: list[Client] = field(default_factory=list)
    others: list[Client] = field(default_factory=list)
    exclusions: list[Exclusion] = field(default_factory=list)
    named_users: list[Exclusion] = field(default_factory=list)
    counting: list[Counting] = field(default_factory=list)
    terms: list[Term] = field(default_factory=list)
    tolerances: list[Tolerance] = field(default_factory=list)
    rates: list[Rate] = field(default_factory=list)
    items: dict[int, Product] = field(default_factory=dict)
    """Further items of the catalogue, each with the product that it is sold as."""
    splits: list[Split] = field(default_factory=list)
    special_users: list[SpecialUser] = field(default_factory=list)
    bundles: list[BundlePart] = field(default_factory=list)
    shared_skus: list[TenantSku] = field(default_factory=list)
    features: frozenset[str] = frozenset()
    read_on: tuple[date, ...] = ()
    last_ids: dict[str, int] = field(default_factory=dict)

    def next_id(self, kind: str, start: int) -> int:
        """The next running number of `kind`, the first being `start`."""
        self.last_ids[kind] = self.last_ids.get(kind, start - 1) + 1
        return self.last_ids[kind]

    @property
    def products(self) -> list[Product]:
        """What this MSP sells."""
        sold_by_feature = (*FEATURE_PRODUCTS, *READ_DAILY)
        return [*PRODUCTS, *(product for product in sold_by_feature if product.feature in self.features)]

    @property
    def count_day(self) -> int:
        """The day of the month on which products of a fixed day are counted; never after the cut-off day."""
        return max(1, self.day.day // 2)

    @property
    def count_day_of_reads(self) -> int:
        """The same for products that are counted when they are read: the first day that was, if every month has it."""
        return min(28, min((*self.read_on, self.day)).day)

    def everyone(self) -> list[Client]:
        """Every company: clients, the MSP, and those that are no live client."""
        return [*self.clients, self.msp, *self.others]
