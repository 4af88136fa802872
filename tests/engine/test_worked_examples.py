"""The worked examples of the domain guide, section 3, with exactly their numbers; each test names its letter.

Belongs here: examples as raw rows, through all models. Does not belong here: laws over any world (`test_laws`).
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from pipelines.warehouse.history import record_lines
from tests.engine.project import Engine, at_midnight

CUTOFF = datetime(2026, 6, 30, 8, tzinfo=UTC)
READ_AT = datetime(2026, 6, 30, 6, tzinfo=UTC)
JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)
CLIENT, AGREEMENT, SEAT = 250, 41, 771
KEY = f"connectwise:{CLIENT}|connectwise:{SEAT}|*"
PORTAL = "portal"


@pytest.fixture
def desk(engine: Engine) -> "Desk":
    return Desk(engine)


class Desk:
    """One client with one agreement; each example adds its own line and its vendors' rows."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        engine.clear()
        self.set_month(CUTOFF)
        self.lines: list[dict[str, Any]] = []
        self.vendor: dict[str, list[dict[str, Any]]] = {}
        self.rules: dict[str, list[dict[str, Any]]] = {}
        self.rule("client_map", source_system="pax8", account_id="c1", client_id=f"connectwise:{CLIENT}")
        self.rule("product_map", source_system="pax8", vendor_product_id="p1", product_id=f"connectwise:{SEAT}")
        self.prorates = False

    def set_month(self, as_of: datetime, run_id: str = "run-1") -> None:
        sources = dict.fromkeys(("microsoft_graph", "pax8", "ninjaone", "exports"), "vendor")
        self.engine.run(
            as_of.date().replace(day=1),
            as_of,
            run_id=run_id,
            sources={"connectwise": "psa", **sources},
        )

    def line(self, quantity: Any, price: Any, **columns: Any) -> None:
        number = len(self.lines) + 1
        self.lines.append(
            {
                "id": number,
                "agreement_id": AGREEMENT,
                "product__id": SEAT,
                "quantity": Decimal(quantity),
                "less_included": Decimal(0),
                "unit_price": Decimal(price),
                "unit_cost": None,
                "bill_customer": "Billable",
                "effective_date": at_midnight(2026, 1, 1),
                **columns,
            }
        )

    def counting(self, basis: str, **columns: Any) -> None:
        self.rule("counting", product_id=f"connectwise:{SEAT}", basis=basis, **columns)

    def rule(self, table: str, **columns: Any) -> None:
        self.rules.setdefault(table, []).append(columns)

    def subscription(self, quantity: int, **columns: Any) -> None:
        rows = self.vendor.setdefault("subscriptions", [])
        rows.append(
            {
                "id": f"s{len(rows) + 1}",
                "company_id": "c1",
                "product_id": "p1",
                "quantity": Decimal(quantity),
                "status": "Active",
                "start_date": at_midnight(2026, 1, 1),
                "billing_term": "Monthly",
                "currency_code": "USD",
                **columns,
            }
        )

    def item(self, quantity: Any, total: Any, first: date, last: date, **columns: Any) -> None:
        rows = self.vendor.setdefault("invoice_items", [])
        rows.append(
            {
                "id": f"i{len(rows) + 1}",
                "invoice_id": "invoice-1",
                "type": "subscription",
                "company_id": "c1",
                "product_id": "p1",
                "subscription_id": "s1",
                "start_period": first,
                "end_period": last,
                "quantity": Decimal(quantity),
                "cost": None,
                "total": Decimal(total),
                "sales_tax": Decimal(0),
                "billed_by_pax8": True,
                "currency_code": "USD",
                **columns,
            }
        )

    def assignments(self, count: int) -> None:
        tenant = "11111111-0000-4000-8000-000000000000"
        sku = "22222222-0000-4000-8000-000000000000"
        self.rule("client_map", source_system="microsoft_graph", account_id=tenant, client_id=f"connectwise:{CLIENT}")
        self.rule(
            "product_map", source_system="microsoft_graph", vendor_product_id=sku, product_id=f"connectwise:{SEAT}"
        )
        at = READ_AT
        self.engine.read("microsoft_graph", "tenants", [{"tenant_id": tenant, "display_name": "T"}], at=at)
        self.engine.read("microsoft_graph", "subscribed_skus", [], at=at, account_id=tenant)
        rows = [
            {"tenant_id": tenant, "sku_id": sku, "user_id": f"u{n}", "account_enabled": True, "user_type": "Member"}
            for n in range(count)
        ]
        self.engine.read("microsoft_graph", "license_assignments", rows, at=at, account_id=tenant)

    def daily(self, counts: Iterable[tuple[date, int]], file: str = "usage.csv") -> None:
        """Counts by day, in a file of the portal's inbox."""
        rows = self.vendor.setdefault("vendor_quantities", [])
        for number, (day, quantity) in enumerate(counts, start=2):
            rows.append(
                {
                    "source_name": PORTAL,
                    "file_name": file,
                    "file_hash": file.encode().hex(),
                    "row_number": number,
                    "account_id": "c1",
                    "product_code": "p1",
                    "side": "used",
                    "quantity": Decimal(quantity),
                    "counted_on": day,
                }
            )

    def counted_by_day(self, when: str, **columns: Any) -> None:
        self.counting("used", used_source=PORTAL, counted_when=when, **columns)
        self.rule("client_map", source_system=PORTAL, account_id="c1", client_id=f"connectwise:{CLIENT}")
        self.rule("product_map", source_system=PORTAL, vendor_product_id="p1", product_id=f"connectwise:{SEAT}")

    def compute(self) -> dict[str, Any]:
        """Run all models; gives the row of the seat's main line."""
        engine, at = self.engine, READ_AT
        engine.read("connectwise", "companies", [{
            "id": CLIENT, "identifier": "C", "name": "Fabrikam", "status__name": "Active", "types": [],
            "deleted_flag": False, "custom_fields": [],
        }], at=at)  # fmt: skip
        engine.read("connectwise", "agreements", [{
            "id": AGREEMENT, "name": "Managed", "company__id": CLIENT, "start_date": at_midnight(2026, 1, 1),
            "no_ending_date_flag": True, "cancelled_flag": False, "prorate_flag": self.prorates,
        }], at=at)  # fmt: skip
        engine.read("connectwise", "catalog", [{
            "id": SEAT, "identifier": "SEAT", "description": "Seat", "inactive_flag": False,
        }], at=at)  # fmt: skip
        engine.read("connectwise", "additions", self.lines, at=at)
        items = self.vendor.get("invoice_items", [])
        engine.read("pax8", "companies", [{"id": "c1", "name": "Fabrikam"}], at=at)
        engine.read("pax8", "products", [{"id": "p1", "name": "Seat"}], at=at)
        engine.read("pax8", "subscriptions", self.vendor.get("subscriptions", []), at=at)
        engine.read("pax8", "invoices", [{
            "id": "invoice-1", "invoice_date": JUNE, "status": "Paid", "currency_code": "USD",
            "total": sum((item["total"] for item in items), Decimal(0)),
        }] if items else [], at=at)  # fmt: skip
        engine.read("pax8", "invoice_items", items, at=at)
        engine.read("ninjaone", "organizations", [], at=at)
        engine.read("ninjaone", "devices", [], at=at)
        engine.read("exports", "billing_lines", [], at=at)
        engine.read("exports", "vendor_quantities", self.vendor.get("vendor_quantities", []), at=at)
        for table, rows in self.rules.items():
            engine.rules(table, rows)
        engine.compute()
        return self.row()

    def row(self) -> dict[str, Any]:
        return self.engine.row("SELECT * FROM analytics.reconciliation WHERE line_key = ?", KEY)

    def closed(self, month: date) -> None:
        """Take the computed run as published, so that later ones know of it."""
        with self.engine.connect() as connection:
            run = connection.execute("SELECT run_id, period, as_of FROM control.run").fetchone()
            connection.execute("INSERT INTO control.published_runs VALUES (?, ?, ?, ?, 'hash', 'hash')", [*run, run[2]])
            record_lines(connection, run[0])


def days(first: date, last: date, quantity: int) -> list[tuple[date, int]]:
    return [(first + timedelta(days=n), quantity) for n in range((last - first).days + 1)]


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


def test_section_4_the_peak_the_average_and_a_fixed_day_count_other_days(desk: Desk) -> None:
    """Section 4, when: high-water mark, average, the 19th; each says so in its arithmetic."""
    counts = days(JUNE, date(2026, 6, 18), 10) + days(date(2026, 6, 19), date(2026, 6, 19), 16)
    counts += days(date(2026, 6, 20), date(2026, 6, 30), 13)
    desk.daily(counts)
    found = {}
    for when, day in (("peak", None), ("average", None), ("fixed_day", 19)):
        other = Desk(desk.engine)
        other.vendor = desk.vendor
        other.counted_by_day(when, count_day=day)
        other.line(10, "22.00")
        found[when] = other.compute()
    assert {when: row["expected_quantity"] for when, row in found.items()} == {
        "peak": 16, "average": round(Decimal(18 * 10 + 16 + 11 * 13) / 30, 4), "fixed_day": 16,
    }  # fmt: skip
    assert "16 used at portal at the peak of 2026-06-19" in found["peak"]["explanation"]
    assert "on the average of 30 days" in found["average"]["explanation"]
    assert "on 2026-06-19" in found["fixed_day"]["explanation"]


def test_section_4_a_day_without_a_count_is_not_assumed(desk: Desk) -> None:
    """Unknown is not zero: the peak of a month with a hole is not known."""
    desk.counted_by_day("peak")
    desk.line(10, "22.00")
    desk.daily(days(JUNE, date(2026, 6, 9), 10) + days(date(2026, 6, 11), date(2026, 6, 30), 10))
    row = desk.compute()
    assert row["class"] == "not_assessed"
    assert "no count on 2026-06-10" in row["explanation"]


def test_section_5_a_vendor_invoice_that_arrives_later_leaves_c_unknown(desk: Desk) -> None:
    """Section 5, vendor invoice arrives later: the census is compared, C is unknown and no zero."""
    desk.counting("owned", owned_source="pax8", charged_source="pax8")
    desk.line(10, "22.00")
    desk.subscription(10)
    row = desk.compute()
    assert (row["class"], row["owned_quantity"], row["charged_quantity"]) == ("matched", 10, None)


def test_section_5_what_is_billed_by_the_invoice_waits_for_it(desk: Desk) -> None:
    """Section 5, vendor invoice arrives later: a line on the basis of C is not assessed until then."""
    desk.counting("charged", charged_source="pax8")
    desk.line(10, "22.00")
    desk.item(10, "60.00", date(2026, 5, 1), date(2026, 5, 31))
    row = desk.compute()
    assert (row["class"], row["charged_quantity"]) == ("not_assessed", None)
    assert "no invoice that charges 2026-06-30 has arrived yet" in row["explanation"]


def test_section_5_restated_usage_keeps_both_versions(desk: Desk) -> None:
    """Section 5, restated usage: the later file's figure counts, the earlier one stays, and the line says so."""
    desk.counted_by_day("last_day")
    desk.line(13, "22.00")
    desk.daily([(date(2026, 6, 28), 12), (date(2026, 6, 29), 12)], file="usage-1.csv")
    desk.daily([(date(2026, 6, 29), 13), (date(2026, 6, 30), 13)], file="usage-2.csv")
    row = desk.compute()
    assert (row["class"], row["used_quantity"]) == ("matched", 13)
    assert "source_restated" in row["flags"]
    assert "2026-06-29" in row["explanation"]
    kept = desk.engine.rows(
        "SELECT quantity, disposition FROM analytics.row_dispositions WHERE side = 'used' ORDER BY 1, 2"
    )
    assert len(kept) == 4


def test_what_changed_is_told_with_dates(desk: Desk) -> None:
    """Explanation: what moved since the previous run, and on which day the vendor counted it."""
    desk.counted_by_day("last_day")
    desk.line(10, "22.00")
    desk.daily(days(JUNE, date(2026, 6, 16), 10) + days(date(2026, 6, 17), date(2026, 6, 30), 13))
    with desk.engine.connect() as connection:
        connection.execute(
            "INSERT INTO control.line_history VALUES ('may', '2026-05-01', '2026-05-31 08:00:00+00', ?, 'matched', "
            "'clean', 10, NULL, 10, NULL, 10, 0, 0, 'USD')",
            [KEY],
        )
    row = desk.compute()
    assert "Since 2026-05-31: used 10 to 13 (+3 on 2026-06-17)." in row["explanation"]
