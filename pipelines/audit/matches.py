"""What an audit matched by name, and what it could not match: read from the published copy.

Belongs here: these few questions. Does not belong here: matching (dbt), printing (`pipelines.cli.audit`).
"""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb


@dataclass(frozen=True, slots=True)
class Unmatched:
    """An account or product of the vendor's file without a counterpart, and the nearest one, if any is near."""

    what: str
    name: str
    quantity: Decimal | None
    suggestion: str | None
    score: Decimal | None


@dataclass(frozen=True, slots=True)
class Matches:
    """How many accounts and products were matched, and everything that was not."""

    accounts: int
    products: int
    unmatched: tuple[Unmatched, ...]


_UNMATCHED = """
with unmatched as (
    select 'client' as what, vendor_source_system as source_system, vendor_account_id as id,
        any_value(client_name) as name, sum(census_quantity) as quantity
    from analytics.reconciliation where class = 'unmapped_client' and vendor_account_id is not null group by all
    union all
    select 'product', vendor_source_system, vendor_product_id, any_value(product_name), sum(census_quantity)
    from analytics.reconciliation
    where vendor_product_id is not null and class like 'unmapped%'
        and starts_with(product_key, vendor_source_system || ':')
    group by all
),
best as (
    select kind, source_system, left_id, max_by(right_name, score) as suggestion, max(score) as score
    from analytics.mapping_suggestions group by all
)
select what, coalesce(name, id), quantity, suggestion, score
from unmatched
left join best on kind = what and best.source_system = unmatched.source_system and left_id = id
order by what, quantity desc nulls last, name
"""


def read_matches(published: Path) -> Matches:
    """The matches of an audit's published copy."""
    with duckdb.connect(str(published), read_only=True) as connection:
        accounts, products = (
            connection.execute(f"select count(*) from analytics.{table}").fetchall()[0][0]  # noqa: S608 - names below
            for table in ("client_mappings", "product_mappings")
        )
        return Matches(accounts, products, tuple(Unmatched(*row) for row in connection.execute(_UNMATCHED).fetchall()))
