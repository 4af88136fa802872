"""How worlds are drawn: hypothesis strategies for `worlds.World`.

Belongs here: what may occur, and how often. Does not belong here: what must hold (`laws`, the tests). A drawn world
holds every basis, all bill modes, lines that are not live, prices that are zero or missing, several currencies, rows
without client or product, devices long unseen, exclusions, bundles, minimums of agreements and pools, refused tenants
and sources that failed or are stale, and often a tenant that two clients share, with disabled users, guests and a
shared mailbox.
"""

from decimal import Decimal

from hypothesis import strategies as st

from tests.engine.worlds import (
    UNKNOWN_CLIENT,
    VENDORS,
    Account,
    Agreement,
    Bundle,
    Client,
    Exclusion,
    Line,
    Minimum,
    Product,
    Row,
    Special,
    Split,
    User,
    World,
)

# (basis, owned, used, charged): every basis, from every system that can state it.
RULES = (
    ("owned", "pax8", None, None),
    ("owned", "microsoft_graph", "microsoft_graph", None),
    ("owned", "pax8", "microsoft_graph", "pax8"),
    ("used", "pax8", "microsoft_graph", "pax8"),
    ("used", None, "ninjaone", None),
    ("used", "pax8", "ninjaone", None),
    ("charged", "pax8", None, "pax8"),
    ("fixed", None, None, None),
    ("fixed", "pax8", None, None),
)
SYSTEM_OF_KIND = {
    "subscription": "pax8",
    "item": "pax8",
    "sku": "microsoft_graph",
    "assignment": "microsoft_graph",
    "device": "ninjaone",
}
STATES: dict[str, list[str | None]] = {
    "subscription": [None, None, None, "PendingCancel", "Cancelled"],
    "item": [None, None, None, "usage", "prorate", "tax"],
    "sku": [None],
    "assignment": [None],
    "device": [None, None, None, "PENDING", "DECOMMISSIONED"],
}
# Few different numbers, so that both sides often agree. Some vendors sell by the tenth of a terabyte.
WHOLE = st.sampled_from([Decimal(units) for units in (10, 10, 5, 15, 1, 0, 37)])
QUANTITIES = st.one_of(WHOLE, WHOLE, st.sampled_from([Decimal("0.1"), Decimal("12.5"), Decimal("9.9")]))
PRICES = st.one_of(
    st.none(),
    st.just(Decimal(0)),
    st.integers(1, 30000).map(lambda cents: Decimal(cents) / 100),
    st.just(Decimal("0.004")),
)
# A tenant of nobody's own: its users belong to the first two clients by office, and some to none.
SHARED = 8
CURRENCIES = st.sampled_from([None, None, "USD", "EUR"])


@st.composite
def products(draw: st.DrawFn, number: int) -> Product:
    """One product, nearly always with a counting rule."""
    basis, owned, used, charged = draw(st.sampled_from([*RULES, (None, None, None, None)]))
    return Product(
        number,
        basis=basis,
        owned=owned,
        used=used,
        charged=charged,
        inactive_days=draw(st.sampled_from([30, 30, None])),
        price=draw(PRICES),
        cost=draw(PRICES),
        mapped=draw(st.sampled_from([*[VENDORS] * 8, ("pax8",), ()])),
        counts_disabled=draw(st.sampled_from([True, True, False])),
        counts_guests=draw(st.sampled_from([True, True, False])),
        counts_special=draw(st.sampled_from([True, True, False])),
    )


@st.composite
def users(draw: st.DrawFn, catalogue: tuple[Product, ...]) -> list[User]:
    """The users of the shared tenant, mostly with licences that are counted there."""
    numbers = [product.number for product in catalogue if product.used == "microsoft_graph"] or [catalogue[0].number]
    return [
        User(
            f"shared-{nth}",
            SHARED,
            tuple(draw(st.lists(st.sampled_from(numbers), unique=True, min_size=1, max_size=2))),
            office=draw(st.sampled_from(["Leeds", " leeds", "York", "Rome", None])),
            is_disabled=draw(st.booleans()),
            is_guest=draw(st.booleans()),
            seen_days=draw(st.sampled_from([None, 1, 90, 91])),
        )
        for nth in range(draw(st.integers(2, 6)))
    ]


@st.composite
def lines(draw: st.DrawFn, client: int, catalogue: tuple[Product, ...]) -> list[Line]:
    """The billing lines of one client, two for one product now and then."""
    return [
        Line(
            client * 100 + nth,
            agreement=client * 10 + draw(st.sampled_from([1, 1, 2])),
            product=draw(st.sampled_from(catalogue)).number,
            quantity=draw(QUANTITIES),
            included=draw(st.sampled_from([Decimal(0), Decimal(0), Decimal(5), None])),
            mode=draw(st.sampled_from(["Billable"] * 5 + ["NoCharge", "DoNotBill"])),
            state=draw(st.sampled_from(["live"] * 5 + ["future", "cancelled"])),
            price=draw(PRICES),
            cost=draw(PRICES),
        )
        for nth in range(draw(st.integers(2, 6)))
    ]


@st.composite
def vendor_rows(draw: st.DrawFn, account: Account, catalogue: tuple[Product, ...]) -> list[Row]:
    """What the vendor of one account says of it."""
    kinds = [kind for kind, system in SYSTEM_OF_KIND.items() if system == account.system]
    # Mostly of products that are counted at this vendor: a row of any other is only information.
    meant = [product for product in catalogue if account.system in (product.owned, product.used, product.charged)]
    rows: list[Row] = []
    for nth in range(draw(st.integers(2, 6))):
        kind = draw(st.sampled_from(kinds))
        product = draw(st.sampled_from([*meant, *meant, *catalogue])).number
        # A tenant says one thing of one SKU.
        if account.system == "microsoft_graph" and (kind, product) in {(row.kind, row.product) for row in rows}:
            continue
        rows.append(
            Row(
                kind,
                account.number * 100 + nth,
                account.number,
                product,
                Decimal(1) if kind == "device" else draw(WHOLE if account.system == "microsoft_graph" else QUANTITIES),
                draw(st.sampled_from(STATES[kind])),
                draw(st.sampled_from([0, 0, 29, 31])),
            )
        )
    return rows


@st.composite
def clients(draw: st.DrawFn, numbers: range, catalogue: tuple[Product, ...], *, stray: bool = True) -> World:
    """Clients with agreements, accounts, lines and vendor rows; `stray` allows accounts without client and refusals."""
    rarely = st.integers(0, 9).map(lambda chance: chance == 0)
    firms = [Client(number, draw(CURRENCIES)) for number in numbers]
    agreements = [
        Agreement(number * 10 + nth, number, draw(CURRENCIES), draw(st.integers(0, 7)) == 0)
        for number in numbers
        for nth in (1, 2)
    ]
    accounts = [
        Account(system, number * 10 + nth, number, stray and system == "microsoft_graph" and draw(rarely))
        for number in numbers
        for system in draw(st.lists(st.sampled_from(VENDORS), unique=True, min_size=2, max_size=3))
        for nth in range(1, draw(st.sampled_from([1, 1, 1, 2])) + 1)
    ]
    if stray and draw(st.integers(0, 2)) == 0:
        accounts.append(Account(draw(st.sampled_from(VENDORS)), 9, UNKNOWN_CLIENT))
    return World(
        clients=tuple(firms),
        agreements=tuple(agreements),
        accounts=tuple(accounts),
        lines=tuple(line for number in numbers for line in draw(lines(number, catalogue))),
        rows=tuple(row for account in accounts for row in draw(vendor_rows(account, catalogue))),
    )


@st.composite
def bundles(draw: st.DrawFn, catalogue: tuple[Product, ...]) -> tuple[Bundle, ...]:
    """None, one, or two bundles of one catalogue; the components of one may be those of the other, its driver too."""
    count = draw(st.sampled_from([0, 1, 1, 2]))
    sold, parts = catalogue[:count], catalogue[count:]
    units = st.sampled_from([Decimal(1), Decimal(1), Decimal(2), Decimal("0.5")])
    found = []
    for bundle in sold:
        driver, *others = draw(
            st.lists(st.sampled_from([part.number for part in parts]), unique=True, min_size=1, max_size=3)
        )
        covered = ((driver, Decimal(1)), *((component, draw(units)) for component in others))
        found.append(Bundle(bundle.number, covered, draw(st.sampled_from([None, None, 1]))))
    return tuple(found)


@st.composite
def sold_bundles(draw: st.DrawFn, sold: tuple[Bundle, ...], numbers: range) -> tuple[Line, ...]:
    """Lines that sell the bundles, most with a component spelt out beside them: at 0, or billed once more."""
    found = []
    for number in numbers:
        for nth, bundle in enumerate(sold):
            if not draw(st.integers(0, 3)):
                continue
            record, agreement = number * 100 + 50 + nth * 10, number * 10 + 1
            price = draw(st.sampled_from([Decimal(0), Decimal(0), Decimal("5.00")]))
            component = draw(st.sampled_from(bundle.components))[0]
            found.append(Line(record, agreement, bundle.product, draw(QUANTITIES), price=Decimal("135.00")))
            found.append(Line(record + 1, agreement, component, draw(QUANTITIES), price=price))
    return tuple(found)


@st.composite
def minimums(draw: st.DrawFn, numbers: range, catalogue: tuple[Product, ...]) -> tuple[Minimum, ...]:
    """Minimums of some clients: of an agreement, of a pool, or of both."""
    amounts = st.sampled_from([Decimal(20), Decimal(50), Decimal(200)])
    found = []
    for number in numbers:
        if draw(st.booleans()):
            found.append(Minimum(number, draw(amounts), agreement=number * 10 + 1))
        if draw(st.integers(0, 2)) == 0:
            found.append(Minimum(number, draw(amounts), pool=tuple(product.number for product in catalogue[-2:])))
    return tuple(found)


@st.composite
def worlds(draw: st.DrawFn, *, faults: bool = True) -> World:
    """One world of two to four clients and three to six products."""
    catalogue = tuple(draw(products(700 + nth)) for nth in range(draw(st.integers(3, 6))))
    numbers = range(1, draw(st.integers(2, 4)) + 1)
    firms = draw(clients(numbers, catalogue))
    exclusions = draw(
        st.lists(
            st.builds(
                Exclusion,
                client=st.sampled_from([None, 1, 2]),
                system=st.sampled_from(VENDORS),
                product=st.sampled_from([product.number for product in catalogue]),
            ),
            max_size=2,
        )
    )
    sold = draw(bundles(catalogue))
    shares = draw(st.integers(0, 1)) == 0
    people = tuple(draw(users(catalogue))) if shares else ()
    stated = [Row("sku", 801, SHARED, catalogue[0].number, draw(WHOLE))] if shares else []
    broken = draw(st.sampled_from([*[None] * 12, *VENDORS, "connectwise"])) if faults else None
    return World(
        clients=firms.clients,
        agreements=firms.agreements,
        accounts=(*firms.accounts, Account("microsoft_graph", SHARED)) if shares else firms.accounts,
        products=catalogue,
        lines=firms.lines + draw(sold_bundles(sold, numbers)),
        rows=(*firms.rows, *stated),
        users=people,
        splits=(Split(SHARED, "Leeds", 1), Split(SHARED, "York", 2)) if shares else (),
        specials=(Special(SHARED, "shared-0", "shared_mailbox"),) if shares else (),
        exclusions=tuple(exclusions),
        bundles=sold,
        minimums=draw(minimums(numbers, catalogue)),
        faults={broken: draw(st.sampled_from(["failed", "stale"]))} if broken else {},
    )
