"""The plan as ConnectWise PSA would send it: companies, agreements, additions, catalogue, invoices.

Belongs here: rendering, in the vendor's shapes. Does not belong here: choosing (`clients.py`), HTTP or filtering.
"""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.world.dates import add_months, midnight, stamp
from sandbox.world.model import ConnectWiseWorld, Payload
from sandbox.world.plan import ZERO, Agreement, Client, Line, Plan
from sandbox.world.products import GRAPH, Product
from sandbox.world.streams import numbered_guid
from sandbox.world.value import coin

_MONTHS = 12
_CURRENCY = {
    "USD": {"id": 7, "symbol": "$", "currencyCode": "USD", "name": "US Dollars"},
    "CAD": {"id": 8, "symbol": "C$", "currencyCode": "CAD", "name": "Canadian Dollars"},
    "EUR": {"id": 9, "symbol": "EUR", "currencyCode": "EUR", "name": "Euro"},
    "KWD": {"id": 10, "symbol": "KD", "currencyCode": "KWD", "name": "Kuwaiti Dinar"},
    "JPY": {"id": 11, "symbol": "JPY", "currencyCode": "JPY", "name": "Yen"},
}
_TAX = {
    "USD": ({"id": 11, "name": "WA"}, Decimal("0.101")),
    "CAD": ({"id": 12, "name": "HST"}, Decimal("0.13")),
    "EUR": ({"id": 13, "name": "VAT"}, Decimal("0.19")),
    "KWD": ({"id": 14, "name": "None"}, Decimal(0)),
    "JPY": ({"id": 15, "name": "Consumption tax"}, Decimal("0.10")),
}
_STATUS = {
    **dict.fromkeys(("live", "internal", "vendor"), (1, "Active")),
    **dict.fromkeys(("inactive", "deleted"), (2, "Inactive")),
}
_TYPES = {"internal": {"id": 4, "name": "Internal"}, "vendor": {"id": 5, "name": "Vendor"}}
_TERMS = {"id": 2, "name": "Net 30 days"}
_MONTHLY = {"id": 2, "name": "Monthly"}
_CYCLES = {
    1: _MONTHLY,
    3: {"id": 4, "name": "Quarterly"},
    12: {"id": 6, "name": "Annually"},
    0: {"id": 9, "name": "One Time"},
}


def render(plan: Plan) -> ConnectWiseWorld:
    """All PSA payloads of the plan."""
    world = ConnectWiseWorld(catalog=_catalog(plan))
    for client in sorted((c for c in plan.everyone() if c.kind != "stray"), key=lambda c: c.company_id):
        world.companies.append(_company(plan, client))
        for agreement in client.agreements:
            world.agreements.append(_agreement(plan, agreement))
            world.additions[agreement.id] = [
                _addition(plan, line, number) for number, line in enumerate(agreement.lines, start=1)
            ]
    world.agreements.sort(key=lambda row: row["id"])
    world.invoices = _invoices(plan)
    return world


def money(value: Decimal, currency: str) -> Decimal:
    """Half up to the smallest coin of the currency."""
    return value.quantize(coin(currency), ROUND_HALF_UP)


def _reference(client: Client) -> Payload:
    return {"id": client.company_id, "identifier": client.name.identifier, "name": client.name.psa}


def _info(plan: Plan, day: date) -> Payload:
    return {"lastUpdated": stamp(min(day, plan.day), plan.clock), "updatedBy": "bsmith"}


def _company(plan: Plan, client: Client) -> Payload:
    status, status_name = _STATUS[client.kind]
    tax, _ = _TAX[client.currency]
    tenant = next((a for a in client.accounts.get(GRAPH, ()) if a.mapped_by == "id"), None)
    row: Payload = {
        "id": client.company_id,
        "identifier": client.name.identifier,
        "name": client.name.psa,
        "status": {"id": status, "name": status_name},
        "addressLine1": f"{100 + client.number % 900} Harbor St",
        "city": "Tacoma",
        "state": "WA",
        "zip": "98402",
        "phoneNumber": f"253555{client.number % 10_000:04d}",
        "website": f"www.{client.name.domain}",
        "territory": {"id": 2, "name": "Main"},
        "accountNumber": f"C-{10_000 + client.company_id}",
        "dateAcquired": "2019-03-01T00:00:00Z",
        "leadFlag": False,
        "unsubscribeFlag": False,
        "taxCode": tax,
        "billingTerms": _TERMS,
        "billToCompany": _reference(client),
        "deletedFlag": client.kind == "deleted",
        "mobileGuid": numbered_guid(0xC0, client.company_id),
        "currency": _CURRENCY[client.currency],
        "isVendorFlag": client.kind == "vendor",
        "types": [_TYPES.get(client.kind, {"id": 1, "name": "Client"})],
        "site": {"id": 1000 + client.company_id, "name": "Main"},
        "_info": _info(plan, add_months(plan.first, -(1 + client.number % 11)) + timedelta(days=client.number % 28)),
        "customFields": [
            {
                "id": 12,
                "caption": "Tenant Id",
                "type": "Text",
                "entryMethod": "EntryField",
                "numberOfDecimals": 0,
                "value": tenant.id if tenant else None,
            }
        ],
    }
    if client.parent is not None:
        row["parentCompany"] = _reference(client.parent)
    return row


def _agreement_status(plan: Plan, agreement: Agreement) -> str:
    if agreement.status:
        return agreement.status
    if agreement.cancelled is not None:
        return "Cancelled"
    return "Expired" if agreement.end is not None and agreement.end < plan.day else "Active"


def _agreement(plan: Plan, agreement: Agreement) -> Payload:
    client = agreement.client
    tax, _ = _TAX[client.currency]
    row: Payload = {
        "id": agreement.id,
        "name": agreement.name[:100],
        "type": {"id": 14, "name": "Managed Services"},
        "company": _reference(client),
        "contact": {"id": 3000 + client.company_id, "name": "Office"},
        "site": {"id": 1000 + client.company_id, "name": "Main"},
        "customerPO": "",
        "location": {"id": 2, "name": "Main"},
        "department": {"id": 10, "identifier": "Services", "name": "Services"},
        "startDate": midnight(agreement.start),
        "noEndingDateFlag": agreement.end is None,
        "cancelledFlag": agreement.cancelled is not None,
        "applicationUnits": "Hours",
        "applicationLimit": 0.0,
        "applicationCycle": "CalendarMonth",
        "applicationUnlimitedFlag": True,
        "oneTimeFlag": agreement.cycle_months == 0,
        "coverAgreementTime": True,
        "coverAgreementProduct": False,
        "coverAgreementExpense": False,
        "coverSalesTax": False,
        "carryOverUnused": False,
        "allowOverruns": False,
        "chargeToFirm": False,
        "billingCycle": _CYCLES[agreement.cycle_months],
        "billOneTimeFlag": agreement.cycle_months == 0,
        "billingTerms": _TERMS,
        "invoicingCycle": "CalendarYear",
        "billToCompany": _reference(client),
        "billAmount": 0.0,
        "taxable": True,
        "prorateFirstBill": 0.0,
        "billStartDate": midnight(agreement.start),
        "taxCode": tax,
        "prorateFlag": True,
        "invoiceProratedAdditionsFlag": False,
        "billTime": "NoDefault",
        "billExpenses": "NoDefault",
        "billProducts": "NoDefault",
        "currency": _CURRENCY[client.currency],
        "periodType": "Current",
        "autoInvoiceFlag": False,
        "nextInvoiceDate": midnight(add_months(plan.first, 1)),
        "agreementStatus": _agreement_status(plan, agreement),
        "_info": _info(plan, max((_touched(line) for line in agreement.lines), default=agreement.start)),
        "customFields": [],
    }
    if agreement.end is not None:
        row["endDate"] = midnight(agreement.end)
    if agreement.cancelled is not None:
        row["dateCancelled"] = midnight(agreement.cancelled)
        row["reasonCancelled"] = "Client left"
    if agreement.parent is not None:
        parent = agreement.parent
        row["parentAgreement"] = {
            "id": parent.id,
            "name": parent.name[:100],
            "type": "Managed Services",
            "chargeFirmFlag": False,
        }
    return row


def _touched(line: Line) -> date:
    return line.cancelled or line.effective


def _addition(plan: Plan, line: Line, number: int) -> Payload:
    product = line.product
    months = line.agreement.cycle_months or 1
    price, cost, billed = line.price * months, product.cost * months, line.quantity - line.included
    currency = line.agreement.client.currency
    ext_price = money(price * billed, currency) if line.mode == "Billable" else ZERO
    ext_cost = money(cost * line.quantity, currency)
    row: Payload = {
        "id": line.id,
        "product": {"id": line.item_id or product.item_id, "identifier": product.identifier},
        "quantity": float(line.quantity),
        "lessIncluded": float(line.included),
        "unitPrice": float(price),
        "unitCost": float(cost),
        "billCustomer": line.mode,
        "effectiveDate": midnight(line.effective),
        "taxableFlag": True,
        "serialNumber": "",
        "invoiceDescription": product.name,
        "purchaseItemFlag": False,
        "specialOrderFlag": False,
        "agreementId": line.agreement.id,
        "description": product.name,
    }
    if line.sends_billed_quantity:
        row["billedQuantity"] = float(billed)
    row |= {
        "uom": "Each",
        "extPrice": float(ext_price),
        "extCost": float(ext_cost),
        "sequenceNumber": float(number),
        "margin": float(ext_price - ext_cost),
        "prorateCost": 0.0,
        "proratePrice": 0.0,
        "extendedProrateCost": 0.0,
        "extendedProratePrice": 0.0,
        "prorateCurrentPeriodFlag": False,
        "agreementStatus": _agreement_status(plan, line.agreement),
        "_info": _info(plan, _touched(line)),
        "customFields": [],
    }
    if line.cancelled is not None:
        row["cancelledDate"] = midnight(line.cancelled)
    return row


def _catalog(plan: Plan) -> list[Payload]:
    rows = [_catalog_item(plan, product, is_inactive=False) for product in plan.products]
    # A product of last year that still carries its successor's vendor SKU: inactive, so it takes no part in mapping.
    premium = next(product for product in plan.products if product.key == "premium")
    old = _catalog_item(plan, premium, is_inactive=True) | {"id": 590, "identifier": "M365-BUS-PREM-OLD"}
    # The same product under another number: what it is sold as, a rule says.
    again = [
        _catalog_item(plan, product, is_inactive=False)
        | {"id": item_id, "identifier": f"{product.identifier}-2", "vendorSku": ""}
        for item_id, product in plan.items.items()
    ]
    return sorted([*rows, old, *again], key=lambda row: row["id"])


def _catalog_item(plan: Plan, product: Product, is_inactive: bool) -> Payload:
    maker = "Microsoft" if product.sku else product.offer.vendor_name if product.offer else "Own service"
    name = f"{product.name} (until last year)" if is_inactive else product.name
    price, cost = float(product.price), float(product.cost)
    row: dict[str, Any] = {
        "id": product.item_id,
        "identifier": product.identifier,
        "description": name,
        "inactiveFlag": is_inactive,
        "subcategory": {"id": 31, "name": "Cloud licences" if product.sku else "Managed services"},
        "type": {"id": 4, "name": "Licence"},
        "productClass": "Service" if product.basis == "fixed" else "Agreement",
        "serializedFlag": False,
        "serializedCostFlag": False,
        "phaseProductFlag": False,
        "unitOfMeasure": {"id": 1, "name": "Each"},
        "minStockLevel": 0,
        "price": price,
        "cost": cost,
        "priceAttribute": "FixedFee",
        "taxableFlag": True,
        "dropShipFlag": False,
        "specialOrderFlag": False,
        "customerDescription": name,
        "manufacturer": {"id": 9, "name": maker},
        "manufacturerPartNumber": product.vendor_sku.split(":")[0],
        "vendor": {"id": 900, "identifier": "Distributor1", "name": "Distributor One"},
        "vendorSku": product.vendor_sku,
        "recurringFlag": True,
        "recurringRevenue": price,
        "recurringCost": cost,
        "recurringOneTimeFlag": False,
        "recurringBillCycle": _MONTHLY,
        "recurringCycleType": "CalendarYear",
        "calculatedPriceFlag": False,
        "calculatedCostFlag": False,
        "category": {"id": 8, "name": "Cloud"},
        "calculatedPrice": 0.0,
        "calculatedCost": 0.0,
        "billableOption": product.bill_mode,
        "_info": _info(plan, add_months(plan.first, -20)),
        "customFields": [],
    }
    return row


def _is_invoiced(line: Line, day: date) -> bool:
    agreement = line.agreement
    return (
        line.mode == "Billable"
        # Other cycles have documents in other months.
        and agreement.cycle_months == 1
        and line.effective <= day
        and (line.cancelled is None or line.cancelled > day)
        and agreement.start <= day
        and (agreement.end is None or agreement.end >= day)
        and (agreement.cancelled is None or agreement.cancelled > day)
    )


def _invoices(plan: Plan) -> list[Payload]:
    """One invoice per agreement and month, on the first: last twelve months and the current one."""
    rows: list[Payload] = []
    # Numbered by the world's month: another month's documents are others, though they are about the same days.
    start = (plan.first.year * 12 + plan.first.month) % 1_000 * 1_000_000 + 73_120
    agreements = [a for c in plan.everyone() if c.kind != "stray" for a in c.agreements]
    agreements.sort(key=lambda agreement: agreement.id)
    for back in range(_MONTHS, -1, -1):
        day = add_months(plan.first, -back)
        issued = stamp(day, plan.clock, 7, 2)
        facts = {
            "reference": day.strftime("%B %Y"),
            "date": midnight(day),
            "dueDate": midnight(day + timedelta(days=30)),
            "_info": {"lastUpdated": issued, "updatedBy": "jdoe"},
        }
        is_paid = add_months(day, 1) < plan.first
        for agreement in agreements:
            lines = (line for line in agreement.lines if _is_invoiced(line, day))
            subtotal = sum((money(line.amount, agreement.client.currency) for line in lines), ZERO)
            if subtotal:
                rows.append(_invoice(agreement, facts, is_paid, subtotal, start + len(rows)))
    return rows


def _invoice(agreement: Agreement, facts: Payload, is_paid: bool, subtotal: Decimal, number: int) -> Payload:
    client = agreement.client
    tax, rate = _TAX[client.currency]
    sales_tax = money(subtotal * rate, client.currency)
    total = subtotal + sales_tax
    return {
        "id": number,
        "invoiceNumber": str(number),
        "type": "Agreement",
        "status": {"id": 4, "name": "Closed", "isClosed": True}
        if is_paid
        else {"id": 1, "name": "New", "isClosed": False},
        "company": _reference(client),
        "billToCompany": _reference(client),
        "applyToType": "Agreement",
        "applyToId": agreement.id,
        "billingTerms": _TERMS,
        "reference": facts["reference"],
        "date": facts["date"],
        "dueDate": facts["dueDate"],
        "taxableFlag": True,
        "taxCode": tax,
        "serviceTotal": 0.0,
        "expenseTotal": 0.0,
        "productTotal": float(subtotal),
        "agreementAmount": 0.0,
        "subtotal": float(subtotal),
        "salesTax": float(sales_tax),
        "total": float(total),
        "payments": float(total) if is_paid else 0.0,
        "credits": 0.0,
        "balance": 0.0 if is_paid else float(total),
        "specialInvoiceFlag": False,
        "currency": _CURRENCY[client.currency],
        "agreement": {
            "id": agreement.id,
            "name": agreement.name[:100],
            "type": "Managed Services",
            "chargeFirmFlag": False,
        },
        "_info": facts["_info"],
        "customFields": [],
    }
