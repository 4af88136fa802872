"""Exports from the inbox: what the rows of CSV and XLSX files must satisfy.

Files are written by other systems and edited by people, so identity and quantity are checked row by row. Either table
may be empty: an inbox often holds only one kind of file.
"""

from collections.abc import Mapping

from connectors.exports.schema import BILLING_LINES, VENDOR_QUANTITIES
from expectations.connectwise import BILL_MODES
from expectations.declare import (
    MOST_UNITS,
    about_the_load,
    between,
    currency,
    either_present,
    in_order,
    known,
    present,
    price,
)
from expectations.suite import Only, Suite

SIDES = frozenset({"owned", "used", "charged"})

_SYSTEM = "exports"
_OPEN_FILE = "Open the file at the rows named (file hash, sheet, row), correct them and drop the file again."
_CREDIT = "Check that these rows are meant as credits: they lower the quantity."

SUITES: Mapping[str, Suite] = {
    suite.table.name: suite
    for suite in (
        Suite(
            _SYSTEM,
            BILLING_LINES,
            (
                *about_the_load(BILLING_LINES, may_be_empty=True),
                either_present("client_id", "client_name", blocking=True, remedy=_OPEN_FILE),
                either_present("product_code", "product_name", blocking=True, remedy=_OPEN_FILE),
                present("quantity", blocking=True, remedy=_OPEN_FILE),
                between("quantity", -MOST_UNITS, MOST_UNITS, blocking=True, remedy=_OPEN_FILE),
                between("quantity", 0, None, blocking=False, name="quantity_not_negative", remedy=_CREDIT),
                between("included_quantity", 0, MOST_UNITS, blocking=True, remedy=_OPEN_FILE),
                # Missing means billable: most exports have no such column.
                known("bill_mode", BILL_MODES, blocking=True, remedy=_OPEN_FILE),
                in_order("effective_date", "cancelled_date", blocking=False, remedy=_OPEN_FILE),
                price("unit_price", where="the file"),
                price("unit_cost", where="the file"),
                currency("currency"),
            ),
        ),
        Suite(
            _SYSTEM,
            VENDOR_QUANTITIES,
            (
                *about_the_load(VENDOR_QUANTITIES, may_be_empty=True),
                either_present("account_id", "account_name", blocking=True, remedy=_OPEN_FILE),
                either_present("product_code", "product_name", blocking=True, remedy=_OPEN_FILE),
                present("side", blocking=True, remedy=_OPEN_FILE),
                known("side", SIDES, blocking=True, remedy=_OPEN_FILE),
                present("quantity", blocking=True, remedy=_OPEN_FILE),
                between("quantity", -MOST_UNITS, MOST_UNITS, blocking=True, remedy=_OPEN_FILE),
                # A vendor's invoice may carry credits; nobody owns or uses fewer than none.
                between(
                    "quantity",
                    0,
                    None,
                    blocking=True,
                    name="quantity_not_negative",
                    remedy=_OPEN_FILE,
                    only=Only("side", "charged", equals=False),
                ),
                price("unit_cost", where="the file"),
                currency("currency"),
            ),
        ),
    )
}
