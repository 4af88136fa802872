"""Money of the vendors' invoices: what ties out, and what falls into the period.

Belongs here: invoices and charges as raw rows through all models. Does not belong here: charged units
(`test_worked_examples`), prices of the PSA (`test_prices`).
"""

from datetime import date
from decimal import Decimal

import pytest

from tests.engine.example_desk import JUNE, Desk
from tests.engine.project import Engine

LAST = date(2026, 6, 30)


@pytest.fixture
def desk(engine: Engine) -> Desk:
    desk = Desk(engine)
    desk.counting("charged", charged_source="pax8")
    desk.line(10, "22.00")
    return desk


def test_an_invoice_ties_out_per_currency(desk: Desk) -> None:
    """Contract case 28: an invoice of 100 USD with items of 60 USD and 40 EUR does not tie out."""
    desk.item(10, "60.00", JUNE, LAST)
    desk.item(5, "40.00", JUNE, LAST, currency_code="EUR", subscription_id="s2")
    desk.lay_out()
    rows = desk.engine.rows("SELECT currency, passed FROM analytics.tie_out WHERE rule = 'invoice' ORDER BY currency")
    assert [(row["currency"], row["passed"]) for row in rows] == [("EUR", False), ("USD", False)]


def test_an_invoice_in_one_currency_still_ties_out(desk: Desk) -> None:
    desk.item(10, "60.00", JUNE, LAST)
    desk.item(5, "40.00", JUNE, LAST, subscription_id="s2")
    desk.lay_out()
    rows = desk.engine.rows("SELECT currency, passed FROM analytics.tie_out WHERE rule = 'invoice'")
    assert [(row["currency"], row["passed"]) for row in rows] == [("USD", True)]


def _in_june(desk: Desk) -> list[Decimal]:
    desk.lay_out()
    rows = desk.engine.rows("SELECT x_cost_in_period AS cost FROM analytics.vendor_charges ORDER BY x_source_record_id")
    return [row["cost"] for row in rows]


def test_a_credit_wholly_in_the_month_stays_whole(desk: Desk) -> None:
    """Contract case 29: a credit of -5.00 wholly in June is -5.000000 of June."""
    desk.item(10, "60.00", JUNE, LAST)
    desk.item(-1, "-5.00", JUNE, LAST)
    assert _in_june(desk) == [60, -5]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 5, 15), date(2026, 6, 14)),
        (date(2026, 6, 7), date(2026, 7, 7)),
        (date(2026, 5, 1), date(2026, 8, 8)),
    ],
)
def test_a_charge_and_its_credit_cancel_in_every_part(desk: Desk, first: date, last: date) -> None:
    """Contract case 29: +100 and -100 over 31 days leave nothing in June, wherever the days lie."""
    desk.item(10, "100.00", first, last)
    desk.item(10, "-100.00", first, last)
    charge, credit = _in_june(desk)
    assert charge > 0
    assert charge + credit == 0
