"""The worked examples of the domain guide, section 3, with exactly their numbers; each test names its letter.

Belongs here: examples A to F, J and K, as raw rows through all models; G and H stand in `dbt_project/compare`, I in
`test_shared_tenants`. Does not belong here: laws over any world (`test_laws`).
"""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tests.engine.example_desk import CLIENT, JUNE, SEAT, Desk, days
from tests.engine.project import Engine, at_midnight


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


def test_a_underbilled(desk: Desk) -> None:
    """Example A: B 36, O = U = C = 42, price 22.00, cost 17.60: +6, 132.00 a month; margin now 52.80, later 184.80."""
    desk.counting("owned", owned_source="pax8", used_source="microsoft_graph", charged_source="pax8")
    desk.line(36, "22.00", unit_cost=Decimal("17.60"))
    desk.subscription(42, partner_cost=Decimal("17.60"))
    desk.assignments(42)
    desk.item(42, "739.20", JUNE, date(2026, 6, 30), cost=Decimal("17.60"))
    row = desk.compute()
    assert (row["billed_quantity"], row["owned_quantity"], row["used_quantity"], row["charged_quantity"]) == (
        36,
        42,
        42,
        42,
    )
    assert (row["class"], row["variance"], row["revenue_impact"]) == ("underbilled", 6, Decimal("132.00"))
    margin_now = row["billed_quantity"] * row["unit_price"] - row["charged_quantity"] * row["vendor_unit_cost"]
    assert margin_now == Decimal("52.80")
    assert margin_now + row["revenue_impact"] == Decimal("184.80")
    assert "6 x 22.00 = 132.00 USD a month underbilled" in row["explanation"]


@pytest.mark.parametrize(("basis", "class_", "variance"), [("owned", "underbilled", 4), ("used", "matched", 0)])
def test_b_commitment(desk: Desk, basis: str, class_: str, variance: int) -> None:
    """Example B: O = C = 50 in a year's term, U = B = 46: the contract's basis decides; 4 x 17.60 = 70.40 unused."""
    desk.counting(basis, owned_source="pax8", used_source="microsoft_graph", charged_source="pax8")
    desk.line(46, "22.00", unit_cost=Decimal("17.60"))
    desk.subscription(
        50, partner_cost=Decimal("17.60"), commitment_term__term="1-Year",
        commitment_term__end_date=at_midnight(2026, 12, 31),
    )  # fmt: skip
    desk.assignments(46)
    desk.item(50, "880.00", JUNE, date(2026, 6, 30), cost=Decimal("17.60"))
    row = desk.compute()
    assert (row["class"], row["variance"]) == (class_, variance)
    assert row["revenue_impact"] == variance * 22
    assert "committed_unused" in row["flags"]
    assert "4 x 17.60 = 70.40 USD a month of our cost" in row["explanation"]
    assert "2026-12-31" in row["explanation"]


@pytest.mark.parametrize(
    ("census", "expected", "class_", "variance"), [(31, 6, "underbilled", 1), (22, 0, "overbilled", -5)]
)
def test_c_included_units(desk: Desk, census: int, expected: int, class_: str, variance: int) -> None:
    """Example C: quantity 30, included 25, so B 5: never the raw figures."""
    desk.counting("owned", owned_source="pax8")
    desk.line(30, "22.00", less_included=Decimal(25))
    desk.subscription(census)
    row = desk.compute()
    assert (row["billed_quantity"], row["expected_quantity"], row["class"]) == (5, expected, class_)
    assert row["variance"] == variance


def test_d_minimum(desk: Desk) -> None:
    """Example D: minimum 20, U 14, B 20: matched by the minimum, not overbilled by 6."""
    desk.counting("used", used_source="microsoft_graph")
    desk.line(20, "22.00")
    desk.assignments(14)
    desk.rule("terms", client_id=f"connectwise:{CLIENT}", agreement_id="*", product_id=f"connectwise:{SEAT}",
              minimum_quantity=Decimal(20), minimum_scope="line")  # fmt: skip
    row = desk.compute()
    assert (row["expected_quantity"], row["variance"], row["class"]) == (20, 0, "matched_minimum")


def test_e_proration(desk: Desk) -> None:
    """Example E: 10 seats at 22.00, 3 more from 17 June: 342 unit-days, 11.4 on average, 250.80 for June."""
    desk.prorates = True
    desk.counted_by_day("prorated")
    desk.line(10, "22.00")
    desk.line(3, "22.00", effective_date=at_midnight(2026, 6, 17))
    desk.daily(days(JUNE, date(2026, 6, 16), 10) + days(date(2026, 6, 17), date(2026, 6, 30), 13))
    row = desk.compute()
    assert (row["class"], row["expected_quantity"], row["billed_quantity"]) == ("matched", 13, 13)
    assert (row["unit_days"], row["average_quantity"]) == (342, Decimal("11.4"))
    assert (row["expected_amount"], row["billed_amount"]) == (Decimal("250.80"), Decimal("250.80"))
    assert row["amount_variance"] == 0


def test_e_the_amount_still_needs_checking_where_quantities_agree(desk: Desk) -> None:
    """Example E: the PSA does not prorate, so the same seats come to 286.00, as they will in July."""
    desk.counted_by_day("prorated")
    desk.line(10, "22.00")
    desk.line(3, "22.00", effective_date=at_midnight(2026, 6, 17))
    desk.daily(days(JUNE, date(2026, 6, 16), 10) + days(date(2026, 6, 17), date(2026, 6, 30), 13))
    row = desk.compute()
    assert (row["class"], row["variance"]) == ("matched", 0)
    assert (row["billed_amount"], row["amount_variance"]) == (Decimal("286.00"), Decimal("-35.20"))


def test_e_a_missing_day_leaves_the_quantity_known_and_the_amount_not(desk: Desk) -> None:
    """Example E: without the count of 10 June the closing 13 still stand, and what June comes to is unknown."""
    desk.prorates = True
    desk.counted_by_day("prorated")
    desk.line(13, "22.00")
    desk.daily(days(JUNE, date(2026, 6, 9), 10) + days(date(2026, 6, 11), date(2026, 6, 30), 13))
    row = desk.compute()
    assert (row["class"], row["expected_quantity"]) == ("matched", 13)
    assert (row["expected_amount"], row["billed_amount"], row["amount_variance"]) == (None, Decimal("286.00"), None)


def test_f_rebill_lines(desk: Desk) -> None:
    """Example F: rows of 1 for 4.00, 1 for -3.87 and 2 for 7.74: closing quantity 2, amount 7.87."""
    desk.counting("charged", charged_source="pax8")
    desk.line(2, "6.00")
    desk.item(1, "4.00", JUNE, date(2026, 6, 30))
    desk.item(1, "-3.87", date(2026, 6, 2), date(2026, 6, 30))
    desk.item(2, "7.74", date(2026, 6, 2), date(2026, 6, 30))
    row = desk.compute()
    assert (row["charged_quantity"], row["class"]) == (2, "matched")
    charges = desk.engine.rows("SELECT sum(billed_cost) AS amount FROM analytics.vendor_charges")
    assert charges == [{"amount": Decimal("7.87")}]
    invoice = desk.engine.row("SELECT * FROM analytics.vendor_invoices")
    assert (invoice["line_total"], invoice["payable_total"], invoice["residual"]) == (
        Decimal("7.87"),
        Decimal("7.87"),
        0,
    )


def test_j_margin(desk: Desk) -> None:
    """Example J: B = U = 20 at 22.00; cost rose from 17.60 to 19.80: true margin 10 percent, recorded 20, floor 15."""
    desk.counting("used", used_source="microsoft_graph", owned_source="pax8")
    desk.line(20, "22.00", unit_cost=Decimal("17.60"))
    desk.assignments(20)
    desk.subscription(20, partner_cost=Decimal("19.80"))
    desk.rule("terms", client_id=f"connectwise:{CLIENT}", agreement_id="*", product_id="*",
              margin_floor_percent=Decimal(15))  # fmt: skip
    row = desk.compute()
    assert row["class"] == "matched"
    assert {"cost_drift", "margin_below_floor"} <= set(row["flags"])
    assert (row["margin"], row["recorded_margin"]) == (Decimal("0.1"), Decimal("0.2"))


def test_k_back_billing(desk: Desk) -> None:
    """Example K: 2 seats at 22.00 for four whole months: 176.00 exposed, 88.00 collectable, 88.00 beyond the limit."""
    desk.counting("owned", owned_source="pax8")
    desk.line(10, "22.00")
    desk.subscription(12)
    desk.rule("terms", client_id=f"connectwise:{CLIENT}", agreement_id="*", product_id="*", backbill_months=2)
    row = desk.compute()
    assert row["exposure_amount"] is None
    desk.closed(JUNE)
    with desk.engine.connect() as connection:
        # The same state at the end of the three months before June's run, as their own runs would have kept it.
        for back in (1, 2, 3):
            for table in ("published_runs", "line_history"):
                connection.execute(
                    f"INSERT INTO control.{table} SELECT * REPLACE (run_id || '-{back}' AS run_id, "
                    f"(period - INTERVAL {back} MONTH)::DATE AS period, as_of - INTERVAL {back} MONTH AS as_of) "
                    f"FROM control.{table} WHERE run_id = 'run-1'"
                )
    desk.set_month(datetime(2026, 7, 31, 8, tzinfo=UTC), "run-2")
    desk.engine.compute()
    row = desk.row()
    assert (row["class"], row["variance"], row["exposure_months"]) == ("not_assessed", None, None), "stale by then"
    with desk.engine.connect() as connection:
        connection.execute("UPDATE control.reads SET captured_at = captured_at + INTERVAL 31 DAY")
    desk.engine.compute()
    row = desk.row()
    assert (row["class"], row["variance"], row["exposure_months"]) == ("underbilled", 2, 4)
    assert (row["exposure_amount"], row["collectable_amount"], row["beyond_limit_amount"]) == (176, 88, 88)
    assert "repeat_finding" in row["flags"]
    assert "176.00 exposed" in row["explanation"]
    assert "88.00 collectable, 88.00 beyond the limit" in row["explanation"]
