"""The plan as Pax8 would send it: companies, products, subscriptions, invoices and their items.

Belongs here: rendering, in the vendor's shapes. Every invoice equals the sum of its items (`total` and `salesTax`) to
the cent. Does not belong here: choosing (`clients.py`), HTTP or paging.
"""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from sandbox.world.dates import add_months, last_of_month, stamp
from sandbox.world.model import Pax8World, Payload
from sandbox.world.plan import INFORMATION, ZERO, Account, Client, Plan, Seats
from sandbox.world.products import PAX8, UNMAPPED_OFFERS, Offer
from sandbox.world.streams import numbered_guid

_CENT = Decimal("0.01")
_MONTHS = 12
# One partner state taxes the resale of security products; the others invoice net.
_TAXED_VENDOR, _TAX_RATE = "Tidewatch", Decimal("0.0825")
# How many items of a month's first document were wrong.
_WRONG_ITEMS = 40
_FLAT_FEE = Decimal("25.00")
_INVOICE, _ITEM = 0xB6C1, 0x0C9D
_COUNTRY = {"USD": ("CO", "US"), "CAD": ("ON", "CA"), "EUR": ("BE", "DE"), "KWD": ("KU", "KW"), "JPY": ("13", "JP")}


def render(plan: Plan) -> Pax8World:
    """All Pax8 payloads of the plan; subscriptions ascend by createdDate, as the connector asks for them."""
    world = Pax8World()
    offers = [p.offer for p in plan.products if p.offer] + list(UNMAPPED_OFFERS)
    world.products = [_product(offer) for offer in offers]
    clients = [client for client in plan.everyone() if PAX8 in client.accounts]
    seats = [s for c in clients for s in (*(s for p in c.positions.values() for s in p.seats), *c.loose_seats)]
    for client in clients:
        world.companies.extend(_company(plan, account) for account in client.accounts[PAX8])
    world.subscriptions = [_subscription(plan, s) for s in seats]
    world.subscriptions.sort(key=lambda row: (row["createdDate"], row["id"]))
    for back in range(_MONTHS, -1, -1):
        _add_invoices(plan, world, add_months(plan.first, -back), seats)
    _add_superseded(plan, world)
    return world


def _add_superseded(plan: Plan, world: Pax8World) -> None:
    """The month's first document was wrong: credited, it stays listed beside the one that was made in its place."""
    right = next(row for row in reversed(world.invoices) if row["invoiceDate"] == plan.first.isoformat())
    rows = [dict(item) for item in world.invoice_items[right["id"]][:_WRONG_ITEMS]]
    for item in rows:
        cost = Decimal(str(item["cost"]))
        if item["type"] == "subscription" and item["billedByPax8"]:
            # Charged for one seat more than there were.
            item["quantity"] += 1
            more = _money(cost)
            for name in ("total", "amountDue", "costTotal"):
                item[name] = float(Decimal(str(item[name])) + more)
    total = sum((Decimal(str(item["amountDue"])) for item in rows), ZERO)
    _add_invoice(plan, world, plan.first, right["currencyCode"], rows, total)
    world.invoices[-1] |= {"status": "Credited", "balance": 0}


def _money(value: Decimal) -> Decimal:
    return value.quantize(_CENT, ROUND_HALF_UP)


def _company(plan: Plan, account: Account) -> Payload:
    client = account.client
    state, country = _COUNTRY[client.currency]
    return {
        "id": account.id,
        "name": account.name,
        "address": {
            "street": f"{1 + client.number % 300} Main St",
            "street2": "",
            "city": "Denver",
            "stateOrProvince": state,
            "postalCode": "80202",
            "country": country,
        },
        "phone": f"555-555-{client.number % 10_000:04d}",
        "website": f"https://{account.domain}",
        "externalId": account.hint,
        "billOnBehalfOfEnabled": False,
        "selfServiceAllowed": False,
        "orderApprovalRequired": False,
        "status": "Active",
        "updatedDate": stamp(add_months(plan.first, -(client.number % 9) - 1), plan.clock),
    }


def _product(offer: Offer) -> Payload:
    return {
        "id": offer.id,
        "name": offer.name,
        "vendorName": offer.vendor_name,
        "shortDescription": offer.name,
        "sku": offer.sku,
        "vendorSku": offer.vendor_sku,
        "requiresCommitment": offer.requires_commitment,
    }


def _at(day: date, time: str = "00:00:00.000Z") -> str:
    return f"{day.isoformat()}T{time}"


def _subscription(plan: Plan, seats: Seats) -> Payload:
    opened, changed = seats.steps[0][0], seats.steps[-1][0]
    is_trial = seats.status == "Trial"
    commitment = None
    end = seats.committed_until(plan.day)
    if end is not None:
        commitment = {"id": numbered_guid(0x4A5B, int(seats.id[:8], 16)), "term": seats.commitment, "endDate": _at(end)}
    return {
        "id": seats.id,
        "parentSubscriptionId": None,
        "companyId": seats.account.id,
        "productId": seats.offer.id,
        "vendorSubscriptionId": seats.vendor_subscription_id,
        "vendorSkuId": seats.offer.vendor_sku,
        "quantity": _number(seats.quantity),
        "startDate": _at(opened),
        "endDate": _at(seats.ended) if seats.ended else None,
        "createdDate": _at(opened, "10:11:12.000Z"),
        "updatedDate": _at(seats.ended or changed, "09:00:00.000Z"),
        "billingStart": opened.isoformat(),
        "status": seats.status,
        "price": float(seats.price),
        "currencyCode": seats.charged_in,
        "partnerCost": float(seats.cost_on(plan.day)),
        "productName": seats.offer.name,
        "billingTerm": "Trial" if is_trial else seats.billing_term,
        "commitmentTerm": commitment,
    }


def _number(quantity: Decimal) -> int | float:
    return int(quantity) if quantity == quantity.to_integral_value() else float(quantity)


def _add_invoices(plan: Plan, world: Pax8World, day: date, seats: list[Seats]) -> None:
    """The invoices of the month that `day` begins: one per currency, charged for the whole month in advance."""
    last, before = last_of_month(day), add_months(day, -1)
    items: dict[str, list[Payload]] = {}
    totals: dict[str, Decimal] = {}
    for held in seats:
        currency = held.charged_in
        extra = held.overcharge if day == plan.first else None
        for item, payable in _charges(held, day, last, before, extra):
            items.setdefault(currency, []).append(item)
            totals[currency] = totals.get(currency, ZERO) + payable
    for item, payable in _partner_items(plan, day):
        items.setdefault("USD", []).append(item)
        totals["USD"] = totals.get("USD", ZERO) + payable
    for currency, rows in sorted(items.items()):
        _add_invoice(plan, world, day, currency, rows, totals[currency])


def _add_invoice(plan: Plan, world: Pax8World, day: date, currency: str, rows: list[Payload], total: Decimal) -> None:
    # Numbered by the world's month: another month's documents are others, though they are about the same days.
    number = (plan.first.year * 12 + plan.first.month) * 100 + len(world.invoices) + 1
    is_paid = day < plan.first
    invoice_id = numbered_guid(_INVOICE, number)
    row = {
        "id": invoice_id,
        "invoiceDate": day.isoformat(),
        "dueDate": (day + timedelta(days=30)).isoformat(),
        "balance": 0 if is_paid else float(total),
        "carriedBalance": 0,
        "total": float(total),
        "currencyCode": currency,
        "partnerName": plan.msp.name.pax8,
        "companyId": plan.msp.accounts[PAX8][0].id,
        "externalId": str(number),
        "status": "Paid" if is_paid else "Unpaid",
    }
    world.invoices.append(row)
    world.invoice_items[invoice_id] = rows
    for offset, item in enumerate(rows):
        item["id"] = numbered_guid(_ITEM, number * 1_000_000 + offset)


def _charges(seats: Seats, day: date, last: date, before: date, extra: Decimal | None) -> list[tuple[Payload, Decimal]]:
    """What one subscription puts on the invoice of `day`: the month ahead, and last month's changes by days.

    `extra` are units that this month's invoice holds by mistake; None on the invoices of earlier months.
    """
    if seats.billing_term != "Monthly":
        # Billed once, in the month in which it was bought, as an item that is written like one of seats.
        bought = seats.steps[0][0]
        if not day <= bought <= last:
            return []
        item, total = _payable(seats, "subscription", day, last, seats.quantity, _money(seats.cost_on(day)))
        item["term"] = seats.billing_term
        return [(item, total)]
    if (seats.role == INFORMATION and not seats.is_charged) or seats.status == "Trial":
        return []
    is_now = extra is not None
    extra = extra or ZERO
    if seats.cycle_day > 1:
        # Its own cycle: the invoice holds the one that begins in the month ahead.
        last = last_of_month(day).replace(day=seats.cycle_day) + timedelta(days=(add_months(day, 1) - day).days - 1)
        day = day.replace(day=seats.cycle_day)
    rows = []
    quantity = seats.on(day) + extra
    if quantity and not seats.is_charged:
        # The client pays the vendor itself: shown for information, not in what the MSP owes.
        rows.append((_item(seats, "subscription", day, last, quantity, ZERO, billed_by_pax8=False), ZERO))
    elif quantity and is_now:
        rows += _charged_now(seats, day, last, quantity)
    elif quantity:
        rows.append(_payable(seats, "subscription", day, last, quantity, _money(quantity * seats.cost_on(day))))
    if seats.is_charged:
        rows += _prorated(seats, before, day)
    return rows


def _charged_now(seats: Seats, day: date, last: date, quantity: Decimal) -> list[tuple[Payload, Decimal]]:
    """This month's charge, in as many items as it was made of."""

    def charge(start: date, units: Decimal, sign: int = 1) -> tuple[Payload, Decimal]:
        cost = seats.cost_on(day)
        if start > day:
            # The vendor rounds what a unit costs for these days, then multiplies.
            cost = _money(cost * ((last - start).days + 1) / ((last - day).days + 1))
        item, payable = _payable(seats, "subscription", start, last, units, sign * _money(units * cost))
        item["cost"] = float(cost)
        return item, payable

    if seats.rebilled_on:
        anew = seats.rebilled_on
        return [charge(day, seats.rebilled_from), charge(anew, seats.rebilled_from, -1), charge(anew, quantity)]
    if seats.is_taken_back:
        return [charge(day, quantity), charge(day, quantity, -1)]
    if seats.taken_back:
        return [charge(day, quantity), charge(day, seats.taken_back, -1)]
    if seats.first_tier:
        tiers = [charge(day, seats.first_tier), charge(day, quantity - seats.first_tier)]
        for item, _ in tiers:
            item["rateType"] = "tiered"
        return tiers
    if seats.has_flat_fee:
        fee, total = _payable(seats, "subscription", day, last, Decimal(1), _FLAT_FEE)
        fee |= {"chargeType": "flat", "cost": float(_FLAT_FEE), "details": "platform fee"}
        return [charge(day, quantity), (fee, total)]
    return [charge(day, quantity)]


def _prorated(seats: Seats, month: date, end: date) -> list[tuple[Payload, Decimal]]:
    """Changes from `month` to before `end`, by days: more seats in the same way as fewer, with a negative amount."""
    rows = []
    before = ZERO
    for start, quantity in seats.steps:
        if month < start < end:
            share = Decimal((end - start).days) / (end - month).days
            last = end - timedelta(days=1)
            cost = _money((quantity - before) * seats.cost_on(start) * share)
            # Reversals carry positive quantities: adding up the column would count them as seats.
            rows.append(_payable(seats, "prorate", start, last, abs(quantity - before), cost))
        before = quantity
    return rows


def _payable(
    seats: Seats, kind: str, start: date, end: date, quantity: Decimal, total: Decimal
) -> tuple[Payload, Decimal]:
    tax = _money(total * _TAX_RATE) if seats.offer.vendor_name == _TAXED_VENDOR else ZERO
    item = _item(seats, kind, start, end, quantity, total)
    item["salesTax"], item["amountDue"] = float(tax), float(total + tax)
    return item, total + tax


def _item(
    seats: Seats, kind: str, start: date, end: date, quantity: Decimal, total: Decimal, billed_by_pax8: bool = True
) -> Payload:
    offer, account = seats.offer, seats.account
    return {
        "id": "",
        "purchaseOrderNumber": "",
        "type": kind,
        "companyId": account.id,
        "externalId": account.hint,
        "companyName": account.name,
        "startPeriod": start.isoformat(),
        "endPeriod": end.isoformat(),
        "quantity": _number(quantity),
        "unitOfMeasure": "Each",
        "term": "Monthly",
        "sku": offer.sku,
        "description": offer.name,
        "details": "",
        "rateType": "flat",
        "chargeType": "per",
        "price": float(seats.price),
        "subTotal": float(_money(quantity * seats.price)),
        "cost": float(seats.cost_on(start)),
        "costTotal": float(total),
        "offeredBy": "Pax8",
        "billedByPax8": billed_by_pax8,
        "total": float(total),
        "productId": offer.id,
        "productName": offer.name,
        "billingFee": 0,
        "billingFeeRate": 0,
        "amountDue": float(total),
        "currencyCode": seats.charged_in,
        "salesTax": 0,
        "subscriptionId": seats.id,
        "vendorName": offer.vendor_name,
    }


def _partner_items(plan: Plan, day: date) -> list[tuple[Payload, Decimal]]:
    """What an invoice holds besides subscriptions: a service charge, a service credit, a credit and a line of tax."""
    month = day.month
    client: Client = plan.clients[month % len(plan.clients)]
    account = (client if client.currency == "USD" and PAX8 in client.accounts else plan.msp).accounts[PAX8][0]
    rows = [
        ("service-charge", "Migration help desk", account, Decimal("149.95") + month, ZERO),
        ("service-credit", "Service level credit", account, Decimal("-12.37") - month, ZERO),
        ("invoice-credit", "Goodwill credit", plan.msp.accounts[PAX8][0], Decimal("-25.00"), ZERO),
        ("service-charge", "State sales tax on services", plan.msp.accounts[PAX8][0], ZERO, Decimal("12.38")),
    ]
    return [(_bare_item(day, *row), row[3] + row[4]) for row in rows]


def _bare_item(day: date, kind: str, text: str, account: Account, total: Decimal, tax: Decimal) -> Payload:
    amount = float(total)
    return {
        "id": "",
        "purchaseOrderNumber": "",
        "type": kind,
        "companyId": account.id,
        "externalId": account.hint,
        "companyName": account.name,
        "startPeriod": day.isoformat(),
        "endPeriod": last_of_month(day).isoformat(),
        "quantity": 1,
        "unitOfMeasure": "Each",
        "term": "One-Time",
        "sku": "",
        "description": text,
        "details": text,
        "rateType": "single",
        "chargeType": "flat",
        "price": amount,
        "subTotal": amount,
        "cost": amount,
        "costTotal": amount,
        "offeredBy": "Pax8",
        "billedByPax8": True,
        "total": amount,
        "productId": None,
        "productName": text,
        "billingFee": 0,
        "billingFeeRate": 0,
        "amountDue": float(total + tax),
        "currencyCode": "USD",
        "salesTax": float(tax),
        "subscriptionId": None,
        "vendorName": "Pax8",
    }
