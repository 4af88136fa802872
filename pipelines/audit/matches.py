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
class Match:
    """An account or product of the vendor's file, what it was matched to, and by which evidence.

    `certainty`: `certain` or `likely`.
    """

    what: str
    name: str
    matched_to: str
    certainty: str
    evidence: str


@dataclass(frozen=True, slots=True)
class MatchedMoney:
    """Money a month of the lines that rest on certain matches alone, or on a likely one too; one currency."""

    certainty: str
    currency: str | None
    lines: int
    underbilled: Decimal
    overbilled: Decimal


@dataclass(frozen=True, slots=True)
class Matches:
    """Everything that was matched, the money that rests on it, and everything that was not matched."""

    matched: tuple[Match, ...]
    money: tuple[MatchedMoney, ...]
    unmatched: tuple[Unmatched, ...]

    def count(self, what: str, certainty: str | None = None) -> int:
        """How many of a kind were matched."""
        return sum(one.what == what and certainty in (None, one.certainty) for one in self.matched)


# Equal names score 1; what a person lets in with a lower score is likely at most.
MATCHED = """
(
    select 'account' as what, account_name as name, client_name as matched_to, client_id as target_id,
        if(confirmed_by = 'certain by name' or (confirmed_by like 'score of %' and score >= 1), 'certain', 'likely')
            as certainty,
        coalesce(reasons, 'equal names') as evidence
    from analytics.client_mappings
    union all
    select 'product', vendor_product_name, product_name, product_id,
        if(confirmed_by = 'certain by name' or (confirmed_by like 'score of %' and score >= 1), 'certain', 'likely'),
        coalesce(reasons, 'equal names')
    from analytics.product_mappings
)
"""

# A line is as certain as the least certain account and product that its client and its product were matched to. Where a
# client has no account at all, one that is likely another's may be its own.
MATCH_OF_LINE = f"""
case
    when class like 'unmapped%' then null
    when exists (
        select 1 from {MATCHED} as likely
        where likely.certainty = 'likely' and (
            likely.target_id in (lines.client_id, lines.product_id)
            or (
                likely.what = 'account'
                and lines.client_id not in (select client_id from analytics.client_mappings)
            )
        )
    ) then 'likely'
    else 'certain'
end
"""  # noqa: S608 - our own text

_MONEY = f"""
with told as (
    select *, {MATCH_OF_LINE} as certainty
    from analytics.discrepancies as lines
    where revenue_impact is not null
)
select certainty, currency, count(*),
    coalesce(sum(revenue_impact) filter (where class in ('unbilled', 'underbilled')), 0),
    coalesce(-sum(revenue_impact) filter (where class in ('orphan_billing', 'overbilled')), 0)
from told
where certainty is not null
group by all
order by certainty, currency nulls last
"""  # noqa: S608 - our own text

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
        matched = connection.execute(
            f"select what, name, matched_to, certainty, evidence from {MATCHED} order by certainty desc, what, name"  # noqa: S608 - above
        ).fetchall()
        return Matches(
            tuple(Match(*row) for row in matched),
            tuple(MatchedMoney(*row) for row in connection.execute(_MONEY).fetchall()),
            tuple(Unmatched(*row) for row in connection.execute(_UNMATCHED).fetchall()),
        )
