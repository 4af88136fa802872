"""Draft invoice items of Pax8: what the next invoice would hold if every running subscription stayed as it is.

Forecast rows only. Invoices that were issued are part of a world.
"""

import uuid
from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from sandbox.paging import Row

_RUNNING: Final = frozenset({"Active", "PendingCancel", "Activated"})


def draft_items(subscriptions: Sequence[Row], companies: Sequence[Row], today: date, month_offset: int) -> list[Row]:
    """Return one item per running monthly subscription for a month.

    Args:
        subscriptions: Rows of `/subscriptions`.
        companies: Rows of `/companies`, for names and external ids.
        today: The simulated day.
        month_offset: 0 for the current month, 1 for the next.
    """
    month = today.year * 12 + today.month - 1 + month_offset
    first = date(month // 12, month % 12 + 1, 1)
    last = first.replace(day=monthrange(first.year, first.month)[1])
    company_of = {company["id"]: company for company in companies}
    return [
        _item(row, company_of.get(row["companyId"], {}), first, last)
        for row in subscriptions
        if row["status"] in _RUNNING and row.get("billingTerm") == "Monthly"
    ]


def _item(row: Row, company: Row, first: date, last: date) -> Row:
    price, cost = row.get("price") or 0, row.get("partnerCost") or 0
    total = _money(row["quantity"], cost)
    item: dict[str, Any] = {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"draft:{row['id']}:{first}")),
        "purchaseOrderNumber": "",
        "type": "subscription",
        "companyId": row["companyId"],
        "externalId": company.get("externalId"),
        "companyName": company.get("name"),
        "startPeriod": first.isoformat(),
        "endPeriod": last.isoformat(),
        "quantity": row["quantity"],
        "unitOfMeasure": "Each",
        "term": "Monthly",
        "sku": row.get("vendorSkuId"),
        "description": row.get("productName"),
        "details": "",
        "rateType": "flat",
        "chargeType": "per",
        "price": price,
        "subTotal": _money(row["quantity"], price),
        "cost": cost,
        "costTotal": total,
        "offeredBy": "Pax8",
        "billedByPax8": True,
        "total": total,
        "productId": row["productId"],
        "productName": row.get("productName"),
        "billingFee": 0,
        "billingFeeRate": 0,
        "amountDue": total,
        "currencyCode": row.get("currencyCode"),
        "salesTax": 0,
        "subscriptionId": row["id"],
    }
    return item


def _money(quantity: Any, price: Any) -> float:
    return float((Decimal(str(quantity)) * Decimal(str(price))).quantize(Decimal("0.01"), ROUND_HALF_UP))
