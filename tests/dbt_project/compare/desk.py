"""A warehouse whose canonical and mapping tables are laid out by hand, so that a case shows only the rows that matter.

Belongs here: those tables' columns as far as compare and marts read them, and short ways to add one billing line, one
vendor row or one account. Does not belong here: raw rows (`tests.dbt_project.warehouse`) and expectations.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from tests.dbt_project.warehouse import Warehouse

PSA = "connectwise"
CUTOFF = datetime(2026, 6, 20, 8, tzinfo=UTC)

_TABLES = {
    "canonical.clients": (
        "client_id VARCHAR, source_system VARCHAR, client_name VARCHAR, currency VARCHAR, is_deleted BOOLEAN"
    ),
    "canonical.vendor_accounts": "source_system VARCHAR, account_id VARCHAR, account_name VARCHAR, is_active BOOLEAN",
    "canonical.products": (
        "product_id VARCHAR, source_system VARCHAR, product_name VARCHAR, product_code VARCHAR, unit VARCHAR,"
        " list_price DECIMAL(18,6), list_cost DECIMAL(18,6)"
    ),
    "canonical.vendor_products": (
        "source_system VARCHAR, vendor_product_id VARCHAR, vendor_product_name VARCHAR, part_number VARCHAR"
    ),
    "canonical.agreements": (
        "agreement_id VARCHAR, agreement_name VARCHAR, client_id VARCHAR, valid_from DATE, valid_to DATE,"
        " prorates BOOLEAN, is_live BOOLEAN"
    ),
    "canonical.billing_lines": (
        "source_system VARCHAR, source_table VARCHAR, source_record_id VARCHAR, client_id VARCHAR,"
        " agreement_id VARCHAR, product_id VARCHAR, item_id VARCHAR, valid_from DATE, valid_to DATE,"
        " quantity DECIMAL(18,4), included_quantity DECIMAL(18,4),"
        " billed_quantity DECIMAL(18,4), priced_quantity DECIMAL(18,4), is_credit BOOLEAN, unit_price DECIMAL(18,6),"
        " unit_cost DECIMAL(18,6), billing_cycle VARCHAR, cycle_months INTEGER, cycle_price DECIMAL(18,6),"
        " currency VARCHAR,"
        " bill_mode VARCHAR, is_live BOOLEAN, not_live_reason VARCHAR, starts_later BOOLEAN, is_dated_only BOOLEAN,"
        " fault VARCHAR,"
        " last_updated_at TIMESTAMPTZ"
    ),
    "canonical.vendor_quantities": (
        "side VARCHAR, source_system VARCHAR, source_table VARCHAR, source_record_id VARCHAR, account_id VARCHAR,"
        " vendor_product_id VARCHAR, quantity DECIMAL(18,4), is_countable BOOLEAN, not_countable_reason VARCHAR,"
        " not_countable_disposition VARCHAR, fault VARCHAR, awaits_charge BOOLEAN, ended_on DATE,"
        " last_seen_at TIMESTAMPTZ, monthly_unit_cost DECIMAL(18,6), unit_cost_rounding DECIMAL(18,6),"
        " currency VARCHAR, priced_from DATE, committed_until DATE, commitment_term VARCHAR,"
        " commitment_months INTEGER, added_on DATE, added_quantity DECIMAL(18,4), counted_on DATE,"
        " is_dated_count BOOLEAN, names_every_account BOOLEAN,"
        " holder_id VARCHAR, holder_name VARCHAR, holder_is_disabled BOOLEAN, holder_is_guest BOOLEAN,"
        " office VARCHAR, department VARCHAR, company VARCHAR, site VARCHAR, last_active_at TIMESTAMPTZ,"
        " is_trial BOOLEAN, other_ids VARCHAR[]"
    ),
    "canonical.exported_ids": "kind VARCHAR, source_system VARCHAR, id VARCHAR",
    "canonical.quantity_faults": (
        "source_system VARCHAR, account_id VARCHAR, vendor_product_id VARCHAR, side VARCHAR, fault VARCHAR"
    ),
    "canonical.restated_quantities": (
        "source_system VARCHAR, side VARCHAR, account_id VARCHAR, vendor_product_id VARCHAR, document VARCHAR,"
        " quantity_before DECIMAL(18,4), quantity DECIMAL(18,4), restated_on DATE"
    ),
    "canonical.vendor_invoices": (
        "source_system VARCHAR, invoice_id VARCHAR, invoice_date DATE, due_date DATE, status VARCHAR,"
        " currency VARCHAR, payable_total DECIMAL(18,6)"
    ),
    "canonical.vendor_invoice_lines": (
        "source_system VARCHAR, invoice_id VARCHAR, source_record_id VARCHAR, line_type VARCHAR, term VARCHAR,"
        " invoice_date DATE, account_id VARCHAR, account_name VARCHAR, vendor_product_id VARCHAR, vendor_name VARCHAR,"
        " subscription_id VARCHAR, line_description VARCHAR, charge_period_start DATE, charge_period_end DATE,"
        " quantity DECIMAL(18,4), billed_cost DECIMAL(18,6), tax DECIMAL(18,6), currency VARCHAR, is_payable BOOLEAN,"
        " is_superseded BOOLEAN,"
        " states_closing_quantity BOOLEAN"
    ),
    "canonical.psa_invoices": (
        "source_system VARCHAR, invoice_id VARCHAR, agreement_id VARCHAR, invoice_date DATE, subtotal DECIMAL(18,6),"
        " currency VARCHAR, invoice_type VARCHAR, agreement_amount DECIMAL(18,6), other_totals DECIMAL(18,6)"
    ),
    "canonical.source_status": (
        "source_system VARCHAR, role VARCHAR, status VARCHAR, is_assessable BOOLEAN, last_success_at TIMESTAMPTZ,"
        " age_hours DECIMAL(10,2), limit_hours INTEGER, row_count BIGINT, previous_row_count BIGINT,"
        " failed_expectations INTEGER, message VARCHAR, read_after_on DATE, billed_as_read_on DATE,"
        " is_acknowledged BOOLEAN"
    ),
    "canonical.account_status": (
        "source_system VARCHAR, account_id VARCHAR, is_assessable BOOLEAN, message VARCHAR, counted_until DATE,"
        " stopped_sides VARCHAR[]"
    ),
    "canonical.current_reads": (
        "source_system VARCHAR, table_name VARCHAR, account_id VARCHAR, run_id VARCHAR, is_newest BOOLEAN,"
        " row_count BIGINT, declared_total BIGINT"
    ),
    "canonical.received_rows": (
        "source_system VARCHAR, table_name VARCHAR, read_rows BIGINT, received_rows BIGINT, accepted_rows BIGINT,"
        " superseded_rows BIGINT, current_rows BIGINT, quantity_total DECIMAL(38,4), record_total BIGINT,"
        " answer_count BIGINT, used_count BIGINT,"
        " captured_at TIMESTAMPTZ"
    ),
    "canonical.listed_rows": (
        "source_system VARCHAR, table_name VARCHAR, end_table VARCHAR, states_quantity BOOLEAN,"
        " is_counted_only BOOLEAN, end_rows BIGINT, end_quantity DECIMAL(38,4), end_records BIGINT"
    ),
    # The second opinion reads raw rows, and here are none: it says nothing.
    "recompute.recomputed_lines": (
        "line_key VARCHAR, class VARCHAR, has_rule BOOLEAN, unread_reason VARCHAR, left_out_reason VARCHAR,"
        " money_reason VARCHAR, owned_reason VARCHAR, used_reason VARCHAR, billed_quantity DECIMAL(18,4),"
        " own_billed DECIMAL(18,4), owned_quantity DECIMAL(18,4), own_owned DECIMAL(18,4), used_quantity DECIMAL(18,4),"
        " own_used DECIMAL(18,4),"
        " expected_quantity DECIMAL(18,4), own_expected DECIMAL(18,4), variance DECIMAL(18,4),"
        " own_variance DECIMAL(18,4), revenue_impact DECIMAL(18,4), own_impact DECIMAL(18,4)"
    ),
    "mapping.client_mappings": (
        "mapping_id VARCHAR, source_system VARCHAR, account_id VARCHAR, account_name VARCHAR, client_id VARCHAR,"
        " client_name VARCHAR, method VARCHAR,"
        " score DECIMAL(4,3), confirmed_by VARCHAR, confirmed_at DATE, valid_from DATE, valid_to DATE,"
        " reasons VARCHAR, rule_id VARCHAR"
    ),
    "mapping.product_mappings": (
        "mapping_id VARCHAR, source_system VARCHAR, vendor_product_id VARCHAR, vendor_product_name VARCHAR,"
        " product_id VARCHAR, product_name VARCHAR, method VARCHAR,"
        " score DECIMAL(4,3), confirmed_by VARCHAR, confirmed_at DATE, valid_from DATE, valid_to DATE,"
        " reasons VARCHAR, rule_id VARCHAR"
    ),
    "mapping.mapping_suggestions": (
        "kind VARCHAR, source_system VARCHAR, left_id VARCHAR, left_name VARCHAR, right_id VARCHAR, right_name VARCHAR,"
        " method VARCHAR, score DECIMAL(5,4), is_unambiguous BOOLEAN, reasons VARCHAR, tier VARCHAR"
    ),
    "mapping.open_mappings": (
        "kind VARCHAR, source_system VARCHAR, left_id VARCHAR, left_name VARCHAR, domain VARCHAR, tenant_id VARCHAR,"
        " external_id VARCHAR, is_active BOOLEAN, part_number VARCHAR, vendor_sku VARCHAR, vendor_name VARCHAR"
    ),
    "mapping.mapping_targets": (
        "kind VARCHAR, source_system VARCHAR, right_id VARCHAR, right_name VARCHAR, domain VARCHAR, tenant_id VARCHAR,"
        " product_code VARCHAR, vendor_sku VARCHAR, manufacturer_part_number VARCHAR, list_price DECIMAL(18,6)"
    ),
    "mapping.counting_rules": (
        "client_id VARCHAR, product_id VARCHAR, basis VARCHAR, owned_source VARCHAR, further_owned_sources VARCHAR[],"
        " used_source VARCHAR, charged_source VARCHAR, inactive_days INTEGER, counted_when VARCHAR, count_day INTEGER,"
        " vendor_counted_when VARCHAR, vendor_count_day INTEGER, counts_disabled BOOLEAN,"
        " counts_guests BOOLEAN, counts_special BOOLEAN, counts_people BOOLEAN,"
        " owner VARCHAR, reason VARCHAR, rule_id VARCHAR"
    ),
}


class Desk(Warehouse):
    """One warehouse at the 20th of June 2026 with four healthy sources and nothing else until a case adds rows."""

    def lay_out(self, *, health: dict[str, str] | None = None) -> None:
        """Create the tables; `health` gives a source another status than healthy."""
        self.run()
        self._records = 0
        with self.connect() as connection:
            for schema in ("canonical", "mapping", "recompute"):
                connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
            for table, columns in _TABLES.items():
                connection.execute(f"CREATE TABLE {table} ({columns})")
        for system in (PSA, "microsoft_graph", "pax8", "ninjaone"):
            self.health(system, (health or {}).get(system, "healthy"))

    def health(self, system: str, status: str, role: str | None = None, message: str | None = None) -> None:
        """State the health of one source."""
        self.insert(
            "canonical.source_status",
            [
                {
                    "source_system": system,
                    "role": role or ("psa" if system == PSA else "vendor"),
                    "status": status,
                    "is_assessable": status in ("healthy", "partial"),
                    "last_success_at": CUTOFF,
                    "age_hours": 2 if status in ("healthy", "partial") else 90,
                    "limit_hours": 26,
                    "row_count": 1,
                    "failed_expectations": 0,
                    "message": None if status == "healthy" else (message or f"{system} is {status}"),
                }
            ],
        )

    def client(self, number: int, *, currency: str | None = None, accounts: Sequence[tuple[str, str]] = ()) -> str:
        """One client with its confirmed vendor accounts, given as (source system, account id)."""
        client_id = f"{PSA}:{number}"
        self.insert(
            "canonical.clients",
            [{"client_id": client_id, "source_system": PSA, "client_name": f"Client {number}", "currency": currency}],
        )
        for system, account in accounts:
            self.account(system, account, client_id)
        return client_id

    def account(self, system: str, account: str, client_id: str | None = None, *, method: str = "rule") -> None:
        """One vendor account, mapped to `client_id` where given."""
        self.insert(
            "canonical.vendor_accounts",
            [{"source_system": system, "account_id": account, "account_name": f"Account {account}", "is_active": True}],
        )
        if client_id:
            self.insert(
                "mapping.client_mappings",
                [
                    {
                        "mapping_id": f"client:{system}:{account}",
                        "source_system": system,
                        "account_id": account,
                        "client_id": client_id,
                        "method": method,
                        "score": 1,
                        "rule_id": f"client_map.csv:{account}" if method == "rule" else None,
                    }
                ],
            )

    def product(
        self,
        number: int,
        basis: str | None = None,
        *,
        owned: str | None = None,
        used: str | None = None,
        charged: str | None = None,
        name: str | None = None,
        price: Any = None,
        cost: Any = None,
        inactive_days: int | None = None,
        vendor_ids: Sequence[tuple[str, str]] = (),
    ) -> str:
        """One product; with `basis` it has a counting rule. `vendor_ids` are (source system, vendor product id)."""
        product_id = f"{PSA}:{number}"
        self.insert(
            "canonical.products",
            [
                {
                    "product_id": product_id,
                    "source_system": PSA,
                    "product_name": name or f"Product {number}",
                    "unit": "Each",
                    "list_price": price,
                    "list_cost": cost,
                }
            ],
        )
        if basis:
            self.insert(
                "mapping.counting_rules",
                [
                    {
                        "client_id": "*",
                        "product_id": product_id,
                        "basis": basis,
                        "owned_source": owned,
                        "used_source": used,
                        "charged_source": charged,
                        "inactive_days": inactive_days,
                        "counted_when": "last_day",
                        "rule_id": f"counting.csv:{number}",
                    }
                ],
            )
        for system, vendor_product in vendor_ids:
            self.insert(
                "mapping.product_mappings",
                [
                    {
                        "mapping_id": f"product:{system}:{vendor_product}",
                        "source_system": system,
                        "vendor_product_id": vendor_product,
                        "product_id": product_id,
                        "method": "rule",
                        "score": 1,
                        "rule_id": f"product_map.csv:{number}",
                    }
                ],
            )
        return product_id

    def line(self, client_id: str, product_id: str, quantity: Any, **columns: Any) -> str:
        """One billing line, live and billable at 8.00 unless `columns` say otherwise; gives its record id."""
        self._records += 1
        included = columns.get("included_quantity", 0)
        row = {
            "source_system": PSA,
            "source_table": "additions",
            "source_record_id": str(self._records),
            "client_id": client_id,
            "agreement_id": f"{PSA}:agreement-{client_id}",
            "product_id": product_id,
            "valid_from": date(2026, 1, 1),
            "quantity": quantity,
            "included_quantity": included,
            "billed_quantity": quantity - included,
            "priced_quantity": quantity - included,
            "is_credit": False,
            "unit_price": "8.00",
            "unit_cost": "5.00",
            "cycle_months": 1,
            "cycle_price": columns.get("unit_price", "8.00"),
            "currency": "USD",
            "bill_mode": "billable",
            "is_live": not {"not_live_reason", "fault"} & columns.keys(),
            **columns,
        }
        self.insert("canonical.billing_lines", [row])
        return str(row["source_record_id"])

    def vendor(
        self, system: str, side: str, account: str, vendor_product: str, quantity: Any = 1, **columns: Any
    ) -> str:
        """One vendor row, countable unless `columns` give a `not_countable_reason`; gives its record id."""
        self._records += 1
        is_countable = "not_countable_reason" not in columns
        row = {
            "side": side,
            "source_system": system,
            "source_table": f"{side}_rows",
            "source_record_id": f"r{self._records}",
            "account_id": account,
            "vendor_product_id": vendor_product,
            "quantity": quantity,
            "is_countable": is_countable,
            "not_countable_disposition": None if is_countable else "information_only",
            **columns,
        }
        self.insert("canonical.vendor_quantities", [row])
        return str(row["source_record_id"])

    def exclude(self, **columns: Any) -> str:
        """One exclusion rule in force; what is not given is '*'."""
        self._records += 1
        rule = {
            "client_id": "*",
            "source_system": "*",
            "vendor_product_id": "*",
            "source_record_id": "*",
            "reason": "internal use",
            "owner": "ops",
            "rule_id": f"exclusions.csv:{self._records}",
            **columns,
        }
        self.rules("exclusions", [rule])
        return str(rule["rule_id"])

    def compare(self) -> None:
        """Build compare and marts over what was laid out."""
        said = ("stg_control__line_history", "stg_control__published_runs", "line_history", "closing_runs")
        history = (*said, "stg_control__reads", "read_days", "daily_runs")
        rules = ("stg_rules__*", "split_rules", "shared_accounts", "special_users")
        self.build("--select", "stg_control__run", "current_run", *rules, *history, "compare", "marts", command="run")

    def reconciled(self, line_key: str) -> dict[str, Any]:
        """The row of `reconciliation` under `line_key`."""
        return self.row("SELECT * FROM analytics.reconciliation WHERE line_key = ?", line_key)

    def disposed(self, record_id: str) -> dict[str, Any]:
        """The row of `row_dispositions` of one source record."""
        return self.row("SELECT * FROM analytics.row_dispositions WHERE source_record_id = ?", record_id)
