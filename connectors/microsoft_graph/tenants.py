"""Which tenants there are: the partner's contracts, widened by its delegated admin customers and its own tenant.

Does not belong here: reading inside a tenant.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pyarrow as pa

from connectors.json_pages import PageText, arrow_schema, connect, parse
from connectors.microsoft_graph.schema import TENANTS
from connectors.tables import JSON, Table

SYSTEM = "microsoft_graph"
ROWS = "$.value"


def _variant(endpoint: str, paths: dict[str, str]) -> Table:
    """`TENANTS` as another endpoint writes it: column name -> path; columns not named stay null."""
    columns = tuple(
        replace(c, path=paths.get(c.name, ""), type=JSON if c.name == "default_domain_name" else c.type)
        for c in TENANTS.columns
    )
    return replace(TENANTS, endpoint=endpoint, columns=columns)


DELEGATED = _variant(
    "/tenantRelationships/delegatedAdminCustomers", {"tenant_id": "tenantId", "display_name": "displayName"}
)
# Microsoft's organization object: https://learn.microsoft.com/graph/api/resources/organization
OWN = _variant(
    "/organization", {"tenant_id": "id", "display_name": "displayName", "default_domain_name": "verifiedDomains"}
)

_MERGE = """
    SELECT tenant_id, display_name, coalesce(default_domain_name, default_domain) AS default_domain_name,
           contract_type, _source_row, _captured_at
    FROM (
        SELECT 1 AS rank, *, NULL AS default_domain FROM contracts
        UNION ALL BY NAME
        SELECT 2 AS rank, * FROM delegated
        UNION ALL BY NAME
        SELECT 3 AS rank, * EXCLUDE (default_domain_name), list_filter(
            from_json(default_domain_name, '[{"name": "VARCHAR", "isDefault": "BOOLEAN"}]'), lambda d: d.isDefault
        )[1].name AS default_domain
        FROM own
    )
    -- A customer can hold several contracts and stand in both lists: one row per tenant, the contract first.
    QUALIFY row_number() OVER (PARTITION BY lower(tenant_id) ORDER BY rank, _source_row) = 1
    ORDER BY tenant_id
"""


def merge_tenants(
    contracts: Sequence[str], delegated: Sequence[str], own: Sequence[str], captured_at: datetime
) -> pa.Table:
    """Rows of `tenants`, one per tenant id.

    Args:
        contracts: pages of `/contracts`.
        delegated: pages of `/tenantRelationships/delegatedAdminCustomers`.
        own: pages of `/organization`, read in the partner's own tenant.
        captured_at: the source's clock.

    Raises:
        SourceReadError: a page or field is not what it should be.
    """
    with connect() as connection:
        for name, table, pages in (
            ("contracts", TENANTS, contracts),
            ("delegated", DELEGATED, delegated),
            ("own", OWN, own),
        ):
            texts = [PageText(page) for page in pages]
            connection.register(name, parse(texts, table, system=SYSTEM, rows_path=ROWS, captured_at=captured_at))
        schema = arrow_schema(TENANTS)
        return connection.execute(_MERGE).to_arrow_table().select(schema.names).cast(schema)
