"""One client with one agreement, laid out as raw rows: what the domain guide's examples and awkward cases need.

Belongs here: rows, rules and running the models. Does not belong here: expectations (`test_*.py`).
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from pipelines.warehouse.history import record_lines
from tests.engine.project import Engine, at_midnight

CUTOFF = datetime(2026, 6, 30, 8, tzinfo=UTC)
JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)
CLIENT, AGREEMENT, SEAT = 250, 41, 771
KEY = f"connectwise:{CLIENT}|connectwise:{SEAT}|*"
PORTAL = "portal"


class Desk:
    """One client with one agreement; each example adds its own line and its vendors' rows."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        engine.clear()
        self.currency = "USD"
        self.set_month(CUTOFF)
        self.lines: list[dict[str, Any]] = []
        self.vendor: dict[str, list[dict[str, Any]]] = {}
        self.rules: dict[str, list[dict[str, Any]]] = {}
        self.rule("client_map", source_system="pax8", account_id="c1", client_id=f"connectwise:{CLIENT}")
        self.rule("product_map", source_system="pax8", vendor_product_id="p1", product_id=f"connectwise:{SEAT}")
        self.prorates = False
        self.list_prices: dict[int, Decimal] = {}
        self.catalog_columns: dict[str, Any] = {}
        self.agreements: list[dict[str, Any]] = []
        self.agreement(AGREEMENT)
        self.companies: dict[str, dict[str, Any]] = {}
        self.invoices: dict[str, str | None] = {"invoice-1": "Paid"}
        self.accounts, self.catalog = ["c1"], {SEAT: "p1"}

    def set_month(self, as_of: datetime, run_id: str = "run-1") -> None:
        self.read_at = as_of - timedelta(hours=2)
        sources = dict.fromkeys(("microsoft_graph", "pax8", "ninjaone", "exports"), "vendor")
        self.engine.run(
            as_of.date().replace(day=1),
            as_of,
            run_id=run_id,
            sources={"connectwise": "psa", **sources},
            currency=self.currency,
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

    def agreement(self, number: int, start: date = date(2026, 1, 1), **columns: Any) -> None:
        """One more agreement of the client, without an end; its lines name it by `agreement_id`."""
        self.agreements.append(
            {
                "id": number,
                "name": f"Managed {number}" if number != AGREEMENT else "Managed",
                "company__id": CLIENT,
                "start_date": at_midnight(start.year, start.month, start.day),
                "no_ending_date_flag": True,
                "cancelled_flag": False,
                **columns,
            }
        )

    def counting(self, basis: str, **columns: Any) -> None:
        self.rule("counting", product_id=f"connectwise:{SEAT}", basis=basis, **columns)

    def rule(self, table: str, **columns: Any) -> None:
        self.rules.setdefault(table, []).append(columns)

    def account(self, account: str) -> None:
        """One more account of the client at the distributor."""
        self.accounts.append(account)
        self.rule("client_map", source_system="pax8", account_id=account, client_id=f"connectwise:{CLIENT}")

    def product(self, number: int, vendor_product: str) -> None:
        """One more product of the catalogue, sold as another one of the distributor's."""
        self.catalog[number] = vendor_product
        self.rule(
            "product_map", source_system="pax8", vendor_product_id=vendor_product, product_id=f"connectwise:{number}"
        )

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
        at = self.read_at
        self.engine.read("microsoft_graph", "tenants", [{"tenant_id": tenant, "display_name": "T"}], at=at)
        skus = [{"tenant_id": tenant, "sku_id": sku, "consumed_units": count, "prepaid_units__enabled": count}]
        self.engine.read("microsoft_graph", "subscribed_skus", skus, at=at, account_id=tenant)
        rows = [
            {"tenant_id": tenant, "sku_id": sku, "user_id": f"u{n}", "account_enabled": True, "user_type": "Member"}
            for n in range(count)
        ]
        self.engine.read("microsoft_graph", "license_assignments", rows, at=at, account_id=tenant)

    def devices(self, approved: int, retired: int) -> None:
        """Servers in the client's organization of the RMM, each sold as the seat."""
        self.rule("client_map", source_system="ninjaone", account_id="12", client_id=f"connectwise:{CLIENT}")
        self.rule("product_map", source_system="ninjaone", vendor_product_id="WINDOWS_SERVER",
                  product_id=f"connectwise:{SEAT}")  # fmt: skip
        self.vendor["devices"] = [
            {"id": number, "organization_id": 12, "node_class": "WINDOWS_SERVER", "approval_status": state,
             "last_contact": self.read_at.timestamp()}
            for number, state in enumerate(["APPROVED"] * approved + ["DECOMMISSIONED"] * retired, start=1)
        ]  # fmt: skip

    def daily(
        self, counts: Iterable[tuple[date, int]], file: str = "usage.csv", account: str = "c1", *, whole: bool = False
    ) -> None:
        """Counts by day, in a file of the portal's inbox; `whole`: the file names every account on each of its days."""
        rows = self.vendor.setdefault("vendor_quantities", [])
        for number, (day, quantity) in enumerate(counts, start=len(rows) + 2):
            rows.append(
                {
                    "source_name": PORTAL,
                    "file_name": file,
                    "file_hash": file.encode().hex(),
                    "row_number": number,
                    "account_id": account,
                    "product_code": "p1",
                    "side": "used",
                    "quantity": Decimal(quantity),
                    "counted_on": day,
                    "names_every_account": whole,
                }
            )

    def counted_by_day(self, when: str, **columns: Any) -> None:
        self.counting("used", used_source=PORTAL, counted_when=when, **columns)
        self.rule("client_map", source_system=PORTAL, account_id="c1", client_id=f"connectwise:{CLIENT}")
        self.rule("product_map", source_system=PORTAL, vendor_product_id="p1", product_id=f"connectwise:{SEAT}")

    def compute(self) -> dict[str, Any]:
        """Run all models; gives the row of the seat's main line."""
        self.lay_out()
        return self.row()

    def lay_out(self) -> None:
        """Read everything and run all models."""
        engine, at = self.engine, self.read_at
        engine.read("connectwise", "companies", [{
            "id": CLIENT, "identifier": "C", "name": "Fabrikam", "status__name": "Active", "types": [],
            "deleted_flag": False, "custom_fields": [],
        }], at=at)  # fmt: skip
        agreements = [{"prorate_flag": self.prorates, **agreement} for agreement in self.agreements]
        engine.read("connectwise", "agreements", agreements, at=at)
        engine.read("connectwise", "catalog", [
            {"id": number, "identifier": f"SEAT-{number}", "description": f"Seat {number}", "inactive_flag": False,
             "price": self.list_prices.get(number), **self.catalog_columns}
            for number in self.catalog
        ], at=at)  # fmt: skip
        engine.read("connectwise", "additions", self.lines, at=at)
        items = self.vendor.get("invoice_items", [])
        engine.read("pax8", "companies", [
            {"id": account, "name": "Fabrikam", **self.companies.get(account, {})} for account in self.accounts
        ], at=at)  # fmt: skip
        sold = {row["product_id"] for row in self.vendor.get("subscriptions", [])} | {"p1"}
        engine.read("pax8", "products", [{"id": product, "name": f"Seat {product}"} for product in sorted(sold)], at=at)
        engine.read("pax8", "subscriptions", self.vendor.get("subscriptions", []), at=at)
        engine.read("pax8", "invoices", [{
            "id": number, "invoice_date": JUNE, "status": status, "currency_code": "USD",
            "total": sum((i["total"] + i["sales_tax"] for i in items if i["invoice_id"] == number), Decimal(0)),
        } for number, status in self.invoices.items()] if items else [], at=at)  # fmt: skip
        engine.read("pax8", "invoice_items", items, at=at)
        devices = self.vendor.get("devices", [])
        organizations = [{"id": 12, "name": "Fabrikam"}] if devices else []
        engine.read("ninjaone", "organizations", organizations, at=at)
        engine.read("ninjaone", "devices", devices, at=at)
        engine.read("ninjaone", "computer_systems", self.vendor.get("computer_systems", []), at=at)
        engine.read("exports", "billing_lines", [], at=at)
        engine.read("exports", "vendor_quantities", self.vendor.get("vendor_quantities", []), at=at)
        for table, rows in self.rules.items():
            engine.empty(f"rules.{table}")
            engine.rules(table, rows)
        engine.compute()

    def row(self, product: int = SEAT) -> dict[str, Any]:
        key = f"connectwise:{CLIENT}|connectwise:{product}|*"
        return self.engine.row("SELECT * FROM analytics.reconciliation WHERE line_key = ?", key)

    def published_on(self, day: date, seats: int | None, *, agents: int = 0) -> dict[str, Any]:
        """Read and compute on that day, and take the run as published; None seats: no subscription, and no line.

        `agents` are sold as the distributor's product p2.
        """
        self.set_month(datetime(day.year, day.month, day.day, 8, tzinfo=UTC), f"run-{day}")
        self.vendor["subscriptions"] = []
        if seats is not None:
            self.subscription(seats)
        if agents:
            self.subscription(agents, product_id="p2")
        self.lay_out()
        self.closed(day.replace(day=1))
        rows = self.engine.rows("SELECT * FROM analytics.reconciliation WHERE line_key = ?", KEY)
        return rows[0] if rows else {}

    def closed(self, month: date) -> None:
        """Take the computed run as published, so that later ones know of it."""
        with self.engine.connect() as connection:
            run = connection.execute("SELECT run_id, period, as_of FROM control.run").fetchone()
            connection.execute("INSERT INTO control.published_runs VALUES (?, ?, ?, ?, 'hash', 'hash')", [*run, run[2]])
            record_lines(connection, run[0])


def days(first: date, last: date, quantity: int) -> list[tuple[date, int]]:
    return [(first + timedelta(days=n), quantity) for n in range((last - first).days + 1)]
