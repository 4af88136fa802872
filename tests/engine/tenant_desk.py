"""A client's Microsoft tenants laid out as raw rows, beside what `example_desk.py` lays out.

Belongs here: rows of SKUs, subscriptions and holders, and how their reads went. Does not belong here: expectations.
"""

from typing import Any

from tests.engine.example_desk import CLIENT, SEAT, Desk

GRAPH = "microsoft_graph"
TENANT = "11111111-0000-4000-8000-000000000000"
SKU = "22222222-0000-4000-8000-000000000000"
PARTNER = "99999999-0000-4000-8000-000000000000"
OWNER = "88888888-0000-4000-8000-000000000000"


def sku(enabled: int | None, consumed: int | None = 0, sku_id: str = SKU, **columns: Any) -> dict[str, Any]:
    return {
        "sku_id": sku_id,
        "sku_part_number": "SPB",
        "applies_to": "User",
        "capability_status": "Enabled",
        "consumed_units": consumed,
        "prepaid_units__enabled": enabled,
        "prepaid_units__warning": 0,
        "subscription_ids": [],
        **columns,
    }


def subscription(number: int, total: int | None, sku_id: str = SKU, **columns: Any) -> dict[str, Any]:
    return {
        "id": f"55555555-0000-4000-8000-{number:012d}",
        "commerce_subscription_id": f"66666666-0000-4000-8000-{number:012d}",
        "sku_id": sku_id,
        "sku_part_number": "SPB",
        "status": "Enabled",
        "is_trial": False,
        "total_licenses": total,
        "owner_tenant_id": PARTNER,
        **columns,
    }


class TenantDesk(Desk):
    """The desk's client with Microsoft tenants, whose SKU `SKU` is sold as the desk's seat."""

    def seat_is_counted(self, basis: str, **columns: Any) -> None:
        """Both what is owned and what is used are told by the tenant."""
        sources = {"owned_source": GRAPH, "used_source": GRAPH}
        self.counting(basis, **{**sources, **columns})
        self.rule("product_map", source_system=GRAPH, vendor_product_id=SKU, product_id=f"connectwise:{SEAT}")

    def tenant(
        self,
        skus: list[dict[str, Any]] | None,
        held: dict[str, int] | int | None = 0,
        subscriptions: list[dict[str, Any]] | None = (),  # type: ignore[assignment]
        tenant: str = TENANT,
    ) -> None:
        """One tenant of the client; None: that table is refused."""
        holders = {SKU: held} if isinstance(held, int) else held
        users = holders and [
            {"sku_id": one, "user_id": f"u{n}", "user_principal_name": f"u{n}@x", "account_enabled": True,
             "user_type": "Member"}
            for one, count in holders.items() for n in range(count)
        ]  # fmt: skip
        self.rule("client_map", source_system=GRAPH, account_id=tenant, client_id=f"connectwise:{CLIENT}")
        self.tenants = [*getattr(self, "tenants", []), {"tenant_id": tenant, "display_name": "T"}]
        self.engine.read(GRAPH, "tenants", self.tenants, at=self.read_at)
        for table, rows in (
            ("subscribed_skus", skus), ("license_assignments", users), ("directory_subscriptions", subscriptions),
        ):  # fmt: skip
            if rows is None:
                self.engine.read(GRAPH, table, at=self.read_at, account_id=tenant, status="refused",
                                 message=f"{GRAPH} /{table}: access refused (HTTP 403)")  # fmt: skip
                continue
            named = [{"tenant_id": tenant, **row} for row in rows]
            self.engine.read(GRAPH, table, named, at=self.read_at, account_id=tenant)

    def quantities(self, row: dict[str, Any]) -> tuple[Any, ...]:
        """What a finance person reads first."""
        return tuple(row[name] for name in ("class", "owned_quantity", "used_quantity", "variance", "revenue_impact"))
