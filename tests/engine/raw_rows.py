"""A world as the vendors' raw rows, with reads and rules.

Belongs here: writing. Does not belong here: what a world is made of (`worlds`).
"""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.dbt_project.warehouse import Warehouse
from tests.engine.project import at_midnight
from tests.engine.worlds import (
    CUTOFF,
    JANUARY,
    JULY,
    READ_AT,
    STALE_AT,
    UNKNOWN_CLIENT,
    Minimum,
    Row,
    User,
    World,
    account_id,
    client_id,
    product_id,
    user_name,
    vendor_product_id,
)

Arrange = Callable[[list[dict[str, Any]]], list[dict[str, Any]]]


def write(world: World, warehouse: Warehouse, arrange: Arrange = list, rules: Arrange = list) -> None:
    """Fill the raw, control and rules tables of an empty warehouse; `arrange` may reorder or repeat rows of a table."""
    warehouse.run()
    for system, tables in _raw_tables(world).items():
        fault = world.faults.get(system)
        for table, rows in tables.items():
            at = STALE_AT if fault == "stale" else READ_AT
            warehouse.read(system, table, arrange(rows), at=at)
        if fault == "failed":
            table = next(iter(tables))
            warehouse.read(system, table, status="failed", at=READ_AT + timedelta(minutes=5), message="HTTP 500")
    _write_tenants(world, warehouse, arrange)
    _write_rules(world, warehouse, rules)


def _raw_tables(world: World) -> dict[str, dict[str, list[dict[str, Any]]]]:
    of_kind: dict[str, list[Row]] = {}
    for row in world.rows:
        of_kind.setdefault(row.kind, []).append(row)
    items = [_item(row) for row in of_kind.get("item", [])]
    return {
        "connectwise": {
            "companies": [
                {
                    "id": client.number,
                    "identifier": f"C{client.number}",
                    "name": f"Client {client.number}",
                    "status__name": "Active",
                    "types": [{"id": 1, "name": "Customer"}],
                    "deleted_flag": False,
                    "currency__currency_code": client.currency,
                    "custom_fields": [],
                }
                for client in world.clients
            ],
            "agreements": [
                {
                    "id": agreement.number,
                    "name": f"Agreement {agreement.number}",
                    "company__id": agreement.client,
                    "start_date": JANUARY,
                    "no_ending_date_flag": True,
                    "cancelled_flag": agreement.is_cancelled,
                    "date_cancelled": at_midnight(2026, 5, 1) if agreement.is_cancelled else None,
                    "currency__currency_code": agreement.currency,
                }
                for agreement in world.agreements
            ],
            "catalog": [
                {
                    "id": product.number,
                    "identifier": f"SKU-{product.number}",
                    "description": f"Product {product.number}",
                    "inactive_flag": False,
                    "price": product.price,
                    "cost": product.cost,
                }
                for product in world.products
            ],
            "additions": [
                {
                    "id": line.number,
                    "agreement_id": line.agreement,
                    "product__id": line.product,
                    "quantity": line.quantity,
                    "less_included": line.included,
                    "unit_price": line.price,
                    "unit_cost": line.cost,
                    "bill_customer": line.mode,
                    "effective_date": JULY if line.state == "future" else JANUARY,
                    "cancelled_date": at_midnight(2026, 6, 1) if line.state == "cancelled" else None,
                    "description": f"Line {line.number}",
                }
                for line in world.lines
            ],
        },
        "pax8": {
            "companies": _accounts(world, "pax8", "id"),
            "products": [
                {"id": vendor_product_id("pax8", product.number), "name": f"Distributor product {product.number}"}
                for product in world.products
            ],
            "subscriptions": [
                {
                    "id": f"subscription-{row.number}",
                    "company_id": account_id("pax8", row.account),
                    "product_id": vendor_product_id("pax8", row.product),
                    "quantity": row.quantity,
                    "status": row.state or "Active",
                    "start_date": JANUARY,
                    "currency_code": "USD",
                }
                for row in of_kind.get("subscription", [])
            ],
            "invoices": [
                {
                    "id": "invoice-1",
                    "invoice_date": date(2026, 6, 1),
                    "status": "Paid",
                    "total": sum((item["total"] for item in items), Decimal(0)),
                    "currency_code": "USD",
                }
            ]
            if items
            else [],
            "invoice_items": items,
        },
        "ninjaone": {
            "organizations": _accounts(world, "ninjaone", "id", int),
            "devices": [
                {
                    "id": row.number,
                    "organization_id": row.account,
                    "node_class": vendor_product_id("ninjaone", row.product),
                    "approval_status": row.state or "APPROVED",
                    "last_contact": (CUTOFF - timedelta(days=row.age_days)).timestamp(),
                }
                for row in of_kind.get("device", [])
            ],
        },
        "microsoft_graph": {
            "tenants": [
                {"tenant_id": row["id"], "display_name": row["name"]} for row in _accounts(world, "microsoft_graph")
            ],
        },
    }


def _accounts(world: World, system: str, key: str = "id", kind: Callable[[str], Any] = str) -> list[dict[str, Any]]:
    return [
        {key: kind(account_id(system, account.number)), "name": f"{system} account {account.number}"}
        for account in world.accounts
        if account.system == system
    ]


def _item(row: Row) -> dict[str, Any]:
    quantity = row.quantity or Decimal(0)
    return {
        "id": f"item-{row.number}",
        "invoice_id": "invoice-1",
        "type": row.state or "subscription",
        "company_id": account_id("pax8", row.account),
        "product_id": vendor_product_id("pax8", row.product),
        "subscription_id": f"charged-{row.number}",
        "start_period": date(2026, 6, 1),
        "end_period": date(2026, 6, 30),
        "quantity": row.quantity,
        "cost": Decimal("5.00"),
        "cost_total": quantity * 5,
        "total": quantity * 5,
        "amount_due": quantity * 5,
        "sales_tax": Decimal(0),
        "billed_by_pax8": True,
        "currency_code": "USD",
    }


def _write_tenants(world: World, warehouse: Warehouse, arrange: Arrange) -> None:
    at = STALE_AT if world.faults.get("microsoft_graph") == "stale" else READ_AT
    for account in world.accounts:
        if account.system != "microsoft_graph":
            continue
        tenant = account_id("microsoft_graph", account.number)
        held = {
            table: [row for row in world.rows if row.kind == kind and row.account == account.number]
            for table, kind in (("subscribed_skus", "sku"), ("license_assignments", "assignment"))
        }
        for table, rows in held.items():
            if account.is_refused:
                warehouse.read("microsoft_graph", table, account_id=tenant, status="refused", at=at, message="HTTP 403")
                continue
            users = [user for user in world.users if user.account == account.number]
            holders = _held(tenant, held["license_assignments"], users)
            raw = holders if table == "license_assignments" else _owned(tenant, rows, holders)
            warehouse.read("microsoft_graph", table, arrange(raw), at=at, account_id=tenant)


def _owned(tenant: str, rows: list[Row], holders: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The tenant's SKUs; one that is held and of which nothing is owned is listed all the same."""
    owned = [
        {
            "tenant_id": tenant,
            "sku_id": vendor_product_id("microsoft_graph", row.product),
            "prepaid_units__enabled": None if row.quantity is None else int(row.quantity),
        }
        for row in rows
    ]
    unlisted = {row["sku_id"] for row in holders} - {row["sku_id"] for row in owned}
    return owned + [{"tenant_id": tenant, "sku_id": sku_id, "prepaid_units__enabled": 0} for sku_id in sorted(unlisted)]


def _held(tenant: str, rows: list[Row], users: list[User]) -> list[dict[str, Any]]:
    """The licences of the tenant's users; an assignment of `quantity` is that many unremarkable users with one each."""
    named = [
        {
            "tenant_id": tenant,
            "sku_id": vendor_product_id("microsoft_graph", product),
            "user_id": f"user-{user.name}",
            "user_principal_name": user_name(user.name),
            "account_enabled": not user.is_disabled,
            "user_type": "Guest" if user.is_guest else "Member",
            "office_location": user.office,
            "department": user.department,
            "company_name": user.company,
            "last_sign_in_at": None if user.seen_days is None else CUTOFF - timedelta(days=user.seen_days),
        }
        for user in users
        for product in user.products
    ]
    return named + [
        {
            "tenant_id": tenant,
            "sku_id": vendor_product_id("microsoft_graph", row.product),
            "user_id": f"user-{row.number}-{nth}",
            "user_principal_name": user_name(f"{row.number}-{nth}"),
            "account_enabled": True,
            "user_type": "Member",
        }
        for row in rows
        for nth in range(int(row.quantity or 0))
    ]


def _write_rules(world: World, warehouse: Warehouse, arrange: Arrange) -> None:
    def write_table(table: str, rows: Iterable[dict[str, Any]]) -> None:
        numbered = [{"rule_id": f"{table}.csv:{n}", "line": n, **row} for n, row in enumerate(rows, start=2)]
        warehouse.rules(table, arrange(numbered))

    write_table(
        "client_map",
        (
            {
                "source_system": account.system,
                "account_id": account_id(account.system, account.number),
                "client_id": client_id(account.client),
            }
            for account in world.accounts
            if account.client != UNKNOWN_CLIENT
        ),
    )
    write_table(
        "product_map",
        (
            {
                "source_system": system,
                "vendor_product_id": vendor_product_id(system, product.number),
                "product_id": product_id(product.number),
            }
            for product in world.products
            for system in product.mapped
        ),
    )
    write_table(
        "counting",
        (
            {
                "product_id": product_id(product.number),
                "basis": product.basis,
                "owned_source": product.owned,
                "used_source": product.used,
                "charged_source": product.charged,
                "inactive_days": product.inactive_days,
                "counts_disabled": _said(product.counts_disabled),
                "counts_guests": _said(product.counts_guests),
                "counts_special": _said(product.counts_special),
            }
            for product in world.products
            if product.basis
        ),
    )
    write_table(
        "exclusions",
        (
            {
                "client_id": "*" if rule.client is None else client_id(rule.client),
                "source_system": rule.system or "*",
                "vendor_product_id": "*"
                if rule.product is None or rule.system is None
                else vendor_product_id(rule.system, rule.product),
                "source_record_id": rule.record or "*",
                "reason": rule.reason,
                "owner": "ops",
            }
            for rule in world.exclusions
        ),
    )
    write_table(
        "splits",
        (
            {
                "source_system": "microsoft_graph",
                "account_id": account_id("microsoft_graph", rule.account),
                "attribute": rule.attribute,
                "value": rule.value,
                "client_id": client_id(rule.client),
            }
            for rule in world.splits
        ),
    )
    write_table(
        "special_users",
        (
            {
                "source_system": "microsoft_graph",
                "account_id": account_id("microsoft_graph", rule.account),
                "user_name": user_name(rule.name),
                "kind": rule.kind,
                "licence_needed": "yes" if rule.is_licence_needed else "no",
            }
            for rule in world.specials
        ),
    )
    write_table(
        "bundles",
        (
            {
                "client_id": "*" if bundle.client is None else client_id(bundle.client),
                "bundle_product_id": product_id(bundle.product),
                "component_product_id": product_id(component),
                "units_per_driver": units,
                "is_driver": "yes" if nth == 0 else "no",
            }
            for bundle in world.bundles
            for nth, (component, units) in enumerate(bundle.components)
        ),
    )
    write_table("terms", (term for minimum in world.minimums for term in _terms(minimum)))


def _said(does_count: bool) -> str | None:
    """A rule that counts everybody says nothing of it."""
    return None if does_count else "no"


def _terms(minimum: Minimum) -> Iterable[dict[str, Any]]:
    scope = {"minimum_quantity": minimum.quantity, "client_id": client_id(minimum.client)}
    if minimum.agreement is not None:
        yield {
            **scope,
            "agreement_id": f"connectwise:{minimum.agreement}",
            "product_id": "*",
            "minimum_scope": "agreement",
        }
    for product in minimum.pool:
        yield {
            **scope,
            "agreement_id": "*",
            "product_id": product_id(product),
            "minimum_scope": "pool",
            "pool": "devices",
        }
