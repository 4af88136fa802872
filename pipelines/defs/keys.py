"""Asset keys, groups and owners: the one place that names things for Dagster.

The key of a raw table is the key that dagster-dbt gives the dbt source of the same name; were they to differ, the
lineage would break in two.
"""

from dagster import AssetKey

from pipelines.rules.files import FILES

# Every step that opens the warehouse. Its limit (1) stands in dagster.yaml, see `pipelines.defs.instance`.
POOL = "warehouse"

OPERATIONS = ("team:data-operations",)
BILLING = ("team:billing",)

RUN_STATE = ("run", "sources", "decisions", "published_runs", "line_history")
READ_STATE = ("reads", "expectation_results")
ALIASES = "aliases"
RULES = (*(declared.name for declared in FILES), ALIASES)

BEGIN = AssetKey(["control", "run"])


def control_key(table: str) -> AssetKey:
    """A table of schema control."""
    return AssetKey(["control", table])


def rules_key(table: str) -> AssetKey:
    """A table of schema rules."""
    return AssetKey(["rules", table])


def source_key(system: str, table: str) -> AssetKey:
    """A vendor's own table, outside our walls: what the API (or the inbox) offers."""
    return AssetKey(["exports_inbox" if system == "exports" else f"{system}_api", table])


def raw_key(system: str, table: str) -> AssetKey:
    """A raw table of the warehouse."""
    return AssetKey([f"raw_{system}", table])


def analytics_key(table: str) -> AssetKey:
    """A public table in the warehouse."""
    return AssetKey(["analytics", table])


def published_key(table: str) -> AssetKey:
    """A public table in the analysts' copy."""
    return AssetKey(["published", table])
