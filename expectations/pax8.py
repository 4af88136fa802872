"""Pax8: what its raw tables must satisfy. Codes follow the vendor's OpenAPI file.

A word that nobody knows, a charge without its days or a quantity below nothing leaves one row in doubt: it is told of
here, and the models do not assess the line that it stands on. What no line could be found for closes the source. Money
on invoice items may be negative (credits, rebates, reversals).
"""

from collections.abc import Mapping

from connectors.pax8.schema import COMPANIES, INVOICE_ITEMS, INVOICES, PRODUCTS, SUBSCRIPTIONS
from expectations.declare import (
    HIGHEST_PRICE,
    MOST_UNITS,
    about_the_load,
    between,
    currency,
    in_order,
    known,
    present,
    price,
)
from expectations.suite import Only, Suite

COMPANY_STATUSES = frozenset({"Active", "Inactive", "Deleted"})
SUBSCRIPTION_STATUSES = frozenset(
    {
        "Activated",
        "Active",
        "Cancelled",
        "Converted",
        "PendingActivation",
        "PendingAutomated",
        "PendingCancel",
        "PendingManual",
        "Trial",
        "WaitingForDetails",
    }
)
BILLING_TERMS = frozenset({"Monthly", "Annual", "2-Year", "3-Year", "One-Time", "Trial", "Activation"})
ITEM_TERMS = frozenset(
    {"Monthly", "Annual", "2 Year", "3 Year", "One-Time", "One-time", "Activation", "Arrears", "Trial", "Rebate"}
)
INVOICE_STATUSES = frozenset({"Unpaid", "Paid", "Void", "Carried", "Nothing Due", "Credited"})
ITEM_TYPES = frozenset(
    {
        "subscription",
        "prorate",
        "one-time",
        "rebate",
        "payment-credit",
        "service-charge",
        "service-credit",
        "invoice-credit",
    }
)

_SYSTEM = "pax8"
_LOOK = "Compare with the subscription in Pax8; if Pax8 shows the same, correct it there or ask their support."
_LOOK_INVOICE = "Compare with the invoice in Pax8; if Pax8 shows the same, dispute it or ask their support."
_NEW_CODE = "Look whether Pax8 has a new code; nothing is counted by it."
_COUNTS = (
    "It decides whether the quantity counts, and the lines of these rows are not assessed: learn what it means, add it"
    " here and to pax8_words."
)
_ONE_ROW = "The lines of these rows are not assessed. " + _LOOK_INVOICE
# Only these items are closing states; all others carry quantities that are not seats.
_SEATS = Only("type", "subscription")

SUITES: Mapping[str, Suite] = {
    suite.table.name: suite
    for suite in (
        Suite(
            _SYSTEM,
            COMPANIES,
            (
                *about_the_load(COMPANIES, may_be_empty=False),
                present("name", blocking=False, remedy="Suggestions by name leave these companies out; map by id."),
                known("status", COMPANY_STATUSES, blocking=False, remedy=_NEW_CODE),
            ),
        ),
        Suite(
            _SYSTEM,
            PRODUCTS,
            (
                *about_the_load(PRODUCTS, may_be_empty=False),
                present("name", blocking=False, remedy="Reports show the product's id instead of its name."),
            ),
        ),
        Suite(
            _SYSTEM,
            SUBSCRIPTIONS,
            (
                *about_the_load(SUBSCRIPTIONS, may_be_empty=False),
                present("company_id", blocking=True, remedy=_LOOK),
                present("product_id", blocking=True, remedy=_LOOK),
                # Judged row by row: the line of such a subscription is not assessed, and says why.
                present("quantity", blocking=False, remedy=_LOOK),
                between("quantity", -MOST_UNITS, MOST_UNITS, blocking=True, remedy=_LOOK),
                between("quantity", 0, None, blocking=False, name="quantity_not_negative", remedy=_LOOK),
                present("status", blocking=False, remedy=_LOOK),
                known("status", SUBSCRIPTION_STATUSES, blocking=False, remedy=_COUNTS),
                known("billing_term", BILLING_TERMS, blocking=False, remedy=_COUNTS),
                price("price", where="the Pax8 subscription"),
                price("partner_cost", where="the Pax8 subscription"),
                currency("currency_code"),
            ),
        ),
        Suite(
            _SYSTEM,
            INVOICES,
            (
                *about_the_load(INVOICES, may_be_empty=True),
                present("total", blocking=False, remedy=_LOOK_INVOICE),
                known("status", INVOICE_STATUSES, blocking=False, remedy=_COUNTS),
                currency("currency_code"),
            ),
        ),
        Suite(
            _SYSTEM,
            INVOICE_ITEMS,
            (
                *about_the_load(INVOICE_ITEMS, may_be_empty=True),
                present("invoice_id", blocking=True, remedy=_LOOK_INVOICE),
                present("type", blocking=False, remedy=_ONE_ROW),
                known("type", ITEM_TYPES, blocking=False, remedy=_COUNTS),
                known("term", ITEM_TERMS, blocking=False, remedy=_COUNTS),
                present("company_id", blocking=True, remedy=_LOOK_INVOICE, only=_SEATS),
                present("quantity", blocking=False, remedy=_ONE_ROW, only=_SEATS),
                # Below nothing where it is taken back.
                between("quantity", -MOST_UNITS, MOST_UNITS, blocking=True, remedy=_LOOK_INVOICE, only=_SEATS),
                present("start_period", blocking=False, remedy=_ONE_ROW, only=_SEATS),
                present("end_period", blocking=False, remedy=_ONE_ROW, only=_SEATS),
                in_order("start_period", "end_period", blocking=False, remedy=_ONE_ROW, only=_SEATS),
                price("price", where="the Pax8 invoice", low=-HIGHEST_PRICE),
                price("cost", where="the Pax8 invoice", low=-HIGHEST_PRICE),
                currency("currency_code"),
            ),
        ),
    )
}
