"""What changed since the month before, and what earlier months lost: read from the published copy.

Belongs here: these few figures. Does not belong here: how they look on a terminal, or computing what the marts hold.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb


@dataclass(frozen=True, slots=True)
class Change:
    """Findings of one kind in one currency. `amount`: what they are worth a month, under- and overbilled added up."""

    what: str
    currency: str | None
    lines: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Exposure:
    """What lines lost in the months before this one, and how much of it the contracts let one bill.

    `unlimited` is of contracts that state no limit.
    """

    currency: str | None
    lines: int
    amount: Decimal
    collectable: Decimal
    beyond_limit: Decimal
    unlimited: Decimal


@dataclass(frozen=True, slots=True)
class Changes:
    """The published month against the one before it; `before` None: no earlier month was run."""

    period: date
    before: date | None
    changes: tuple[Change, ...]
    exposure: tuple[Exposure, ...]


_PERIODS = """
select max(period), max(period) filter (where period < (select max(period) from analytics.reconciliation))
from analytics.discrepancy_history where period <= (select max(period) from analytics.reconciliation)
"""

# Of each month its newest run. A line that was a finding in any earlier month has the flag already.
_CHANGES = """
with history as (
    select * from analytics.discrepancy_history
    qualify as_of = max(as_of) over (partition by period)
),
now_ as (
    select line_key, currency, revenue_impact, list_contains(flags, 'repeat_finding') as repeats
    from analytics.reconciliation where period = $period and kind not in ('explained', 'clean')
),
told as (
    select if(repeats, 'found again', 'new') as what, currency, revenue_impact from now_
    union all
    select 'gone since', currency, revenue_impact
    from history anti join now_ using (line_key) where period = $before
)
select * from (
    select what, currency, count(*) as lines, coalesce(sum(abs(revenue_impact)), 0) as amount from told group by all
)
order by list_position(['new', 'found again', 'gone since'], what), currency nulls last
"""

_EXPOSURE = """
select currency, count(*), coalesce(sum(exposure_amount), 0), coalesce(sum(collectable_amount), 0),
    coalesce(sum(beyond_limit_amount), 0), coalesce(sum(exposure_amount) filter (where collectable_amount is null), 0)
from analytics.reconciliation where period = $period and exposure_months > 0
group by currency order by currency nulls last
"""


def read_changes(published: Path) -> Changes:
    """What changed in the newest published month."""
    with duckdb.connect(str(published), read_only=True) as connection:
        period, before = connection.execute(_PERIODS).fetchall()[0]
        changes = connection.execute(_CHANGES, {"period": period, "before": before}).fetchall() if before else []
        exposure = connection.execute(_EXPOSURE, {"period": period}).fetchall()
    return Changes(period, before, tuple(Change(*row) for row in changes), tuple(Exposure(*row) for row in exposure))
