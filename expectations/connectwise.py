"""ConnectWise PSA: what its raw tables must satisfy. Codes follow the vendor's OpenAPI file (2025.x).

Billed quantities come from here alone, so what places a line (product, agreement, client) blocks. A line without
quantity or first day, of less than none or more than can be, with a bill mode or in an agreement whose status nobody
knows is told of and not assessed; it stops no other. A negative price is how some shops write discounts: it warns and
is counted as given.
"""

from collections.abc import Mapping

from connectors.connectwise.schema import ADDITIONS, AGREEMENTS, CATALOG, COMPANIES, INVOICES
from expectations.declare import MOST_UNITS, about_the_load, between, currency, known, present, price
from expectations.suite import Suite

BILL_MODES = frozenset({"Billable", "DoNotBill", "NoCharge"})
AGREEMENT_STATUSES = frozenset({"Active", "Cancelled", "Expired", "Inactive"})
PRODUCT_CLASSES = frozenset({"Agreement", "Bundle", "Inventory", "NonInventory", "Service"})
INVOICE_TYPES = frozenset({"Agreement", "CreditMemo", "DownPayment", "Miscellaneous", "Progress", "Standard"})

_SYSTEM = "connectwise"
_OPEN_ADDITION = "Open the additions in ConnectWise and correct them, then run again."
_NEW_CODE = "Look whether ConnectWise has a new code; nothing is computed from it, but a rule may need to know it."
_QUANTITIES = ("quantity", "less_included", "billed_quantity")

SUITES: Mapping[str, Suite] = {
    suite.table.name: suite
    for suite in (
        Suite(
            _SYSTEM,
            COMPANIES,
            (
                *about_the_load(COMPANIES, may_be_empty=False),
                present("name", blocking=False, remedy="Name the company in ConnectWise: reports show its id instead."),
                currency("currency__currency_code"),
            ),
        ),
        Suite(
            _SYSTEM,
            AGREEMENTS,
            (
                *about_the_load(AGREEMENTS, may_be_empty=False),
                present(
                    "company__id",
                    blocking=True,
                    remedy="Check that the API member may see the companies of these agreements: without a company "
                    "their billing lines belong to nobody.",
                ),
                known(
                    "agreement_status",
                    AGREEMENT_STATUSES,
                    blocking=False,
                    remedy="It decides what bills, so the lines of these agreements are not assessed: correct it in "
                    "ConnectWise, or tell us what the new status means.",
                ),
                currency("currency__currency_code"),
            ),
        ),
        Suite(
            _SYSTEM,
            ADDITIONS,
            (
                *about_the_load(ADDITIONS, may_be_empty=False),
                present("agreement_id", blocking=True, remedy=_OPEN_ADDITION),
                present("product__id", blocking=True, remedy=_OPEN_ADDITION),
                # All that follow are judged line by line: such a line is not assessed, and says why.
                present("effective_date", blocking=False, remedy=_OPEN_ADDITION),
                present("quantity", blocking=False, remedy=_OPEN_ADDITION),
                present("bill_customer", blocking=False, remedy=_OPEN_ADDITION),
                known(
                    "bill_customer",
                    BILL_MODES,
                    blocking=False,
                    remedy="It decides what bills: correct the line, or add the code to expectations/connectwise.py.",
                ),
                *(
                    between(column, -MOST_UNITS, MOST_UNITS, blocking=False, remedy=_OPEN_ADDITION)
                    for column in _QUANTITIES
                ),
                *(
                    between(
                        column,
                        0,
                        None,
                        blocking=False,
                        name=f"{column}_not_negative",
                        remedy="Check that these lines are meant as credits: they lower what the client is billed.",
                    )
                    for column in _QUANTITIES
                ),
                price("unit_price", where="the addition"),
                price("unit_cost", where="the addition"),
            ),
        ),
        Suite(
            _SYSTEM,
            CATALOG,
            (
                *about_the_load(CATALOG, may_be_empty=False),
                present("identifier", blocking=False, remedy="Give the product an id in ConnectWise's catalog."),
                known("product_class", PRODUCT_CLASSES, blocking=False, remedy=_NEW_CODE),
                price("price", where="ConnectWise's catalog"),
                price("cost", where="ConnectWise's catalog"),
            ),
        ),
        Suite(
            _SYSTEM,
            INVOICES,
            (
                *about_the_load(INVOICES, may_be_empty=True),
                known("type", INVOICE_TYPES, blocking=False, remedy=_NEW_CODE),
                present("total", blocking=False, remedy="Open the invoices: without a total they cannot tie out."),
                currency("currency__currency_code"),
            ),
        ),
    )
}
