"""The figures of one published run, read from the published copy with a handful of queries.

Belongs here: reading and typing those figures. Does not belong here: how they look on a terminal
(`pipelines.cli.render`) or in a workbook (`pipelines.reports.workbook`), or computing anything the marts already hold.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb


@dataclass(frozen=True)
class ClassLine:
    """One class of discrepancy in one currency: how many lines and what they are worth a month."""

    class_: str
    kind: str
    currency: str | None
    lines: int
    underbilled: Decimal
    overbilled: Decimal


@dataclass(frozen=True)
class Finding:
    """One row of `analytics.discrepancies`, as far as a terminal shows it."""

    rank: int
    class_: str
    client_name: str | None
    product_name: str | None
    variance: Decimal | None
    revenue_impact: Decimal | None
    currency: str | None
    explanation: str


@dataclass(frozen=True)
class Observed:
    """One flag in one currency: on how many lines it stands, and the money a month that hangs on it.

    `amount_kind` says what the money is; it and `amount` are None on lines of which no money is known.
    """

    flag: str
    amount_kind: str | None
    currency: str | None
    lines: int
    amount: Decimal | None


@dataclass(frozen=True)
class Waiting:
    """A vendor account, or a product at accounts that have their client, without a confirmed mapping.

    `amounts` by currency are what its units are worth a month, those of the same units under no other item; empty where
    neither price nor cost is known.
    """

    kind: str
    source_system: str
    left_name: str
    quantity: Decimal
    amounts: dict[str, Decimal]
    suggested: str | None
    tier: str | None


@dataclass(frozen=True)
class Summary:
    """Everything that a run prints.

    Coverage is a share between 0 and 1 of what could be billed, in units and in money of each currency; None where
    nothing could. `unpublished_runs` are later runs that did not replace this copy, the newest first.
    """

    period: date
    as_of: datetime
    lines: int
    unit_coverage: Decimal | None
    money_coverage: dict[str, Decimal | None]
    health: list[dict[str, Any]]
    classes: list[ClassLine]
    largest: list[Finding]
    tie_out: list[dict[str, Any]]
    file_notes: list[dict[str, Any]]
    unpublished_runs: list[dict[str, Any]] = field(default_factory=list)
    observations: list[Observed] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)

    @property
    def waiting_money(self) -> dict[str, Decimal]:
        """What waits for a mapping a month per currency, each unit once."""
        totals: dict[str, Decimal] = {}
        for item in self.waiting:
            for currency, amount in item.amounts.items():
                totals[currency] = totals.get(currency, Decimal(0)) + amount
        return totals

    @property
    def money(self) -> dict[str, tuple[Decimal, Decimal]]:
        """Underbilled and overbilled a month per currency, never netted."""
        totals: dict[str, tuple[Decimal, Decimal]] = {}
        for line in self.classes:
            if line.currency is None or not (line.underbilled or line.overbilled):
                continue
            under, over = totals.get(line.currency, (Decimal(0), Decimal(0)))
            totals[line.currency] = (under + line.underbilled, over + line.overbilled)
        return dict(sorted(totals.items()))


def read_summary(published: Path, largest: int = 10) -> Summary:
    """The figures of the published copy at `published`.

    Raises:
        duckdb.IOException: there is no published copy yet.
    """
    with duckdb.connect(str(published), read_only=True) as connection:
        return summary_of(connection, largest)


def summary_of(connection: duckdb.DuckDBPyConnection, largest: int = 10) -> Summary:
    """The figures of the public tables of an open database, the published copy or the warehouse."""
    return Summary(
        **_head(connection),
        money_coverage=dict(connection.execute(_MONEY_COVERAGE).fetchall()),
        health=_dicts(connection, _HEALTH),
        classes=[ClassLine(*row) for row in connection.execute(_CLASSES).fetchall()],
        largest=[Finding(*row) for row in connection.execute(_LARGEST, {"largest": largest}).fetchall()],
        tie_out=_dicts(connection, _TIE_OUT),
        file_notes=_dicts(connection, _FILE_NOTES) if _has(connection, "file_notes") else [],
        unpublished_runs=_dicts(connection, _UNPUBLISHED) if _has(connection, "unpublished_runs") else [],
        observations=_observations(connection),
        waiting=_waiting(connection),
    )


def _has(connection: duckdb.DuckDBPyConnection, table: str, column: str | None = None) -> bool:
    """Whether the copy has a table, or a column of it: one that an older version published lacks some."""
    found = connection.execute(
        "SELECT 1 FROM duckdb_columns() WHERE schema_name = 'analytics' AND table_name = $1 "
        "AND column_name = coalesce($2, column_name) LIMIT 1",
        [table, column],
    ).fetchone()
    return found is not None


def _head(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    return _dicts(connection, _HEAD)[0]


def _waiting(connection: duckdb.DuckDBPyConnection) -> list[Waiting]:
    if not _has(connection, "mapping_queue", "own_amounts"):
        return []
    return [Waiting(*row) for row in connection.execute(_WAITING).fetchall()]


def _observations(connection: duckdb.DuckDBPyConnection) -> list[Observed]:
    if not _has(connection, "observations"):
        return []
    return [Observed(*row) for row in connection.execute(_OBSERVATIONS).fetchall()]


def _dicts(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


_HEAD = """
select period, max(as_of) as as_of, sum(line_count)::bigint as lines,
    cast(sum(assessed_billable_quantity) / nullif(sum(billable_quantity), 0) as decimal(9, 6)) as unit_coverage
from analytics.period_summary group by period order by period desc limit 1
"""

_MONEY_COVERAGE = """
select currency, money_coverage from analytics.period_summary
qualify period = max(period) over () order by currency
"""

_HEALTH = "select * from analytics.source_health order by source_system"

# The order is the order of the classes in the domain guide: what could not be assessed first, clean lines last.
_CLASSES = """
select class, any_value(kind), currency, count(*),
    coalesce(sum(revenue_impact) filter (where class in ('unbilled', 'underbilled')), 0) as underbilled,
    coalesce(-sum(revenue_impact) filter (where class in ('orphan_billing', 'overbilled')), 0) as overbilled
from analytics.reconciliation
group by class, currency
order by list_position(
    ['unbilled', 'underbilled', 'orphan_billing', 'overbilled', 'unmapped_client', 'unmapped_product', 'unallocated',
     'not_assessed', 'excluded', 'covered_by_bundle', 'timing', 'matched_minimum', 'matched_tolerance', 'matched'],
    class
), currency nulls last
"""

# The home's own currency leads each map, so the first entry orders; what has no price follows by its units.
_WAITING = """
with best as (
    select kind, source_system, left_id, right_name, tier from analytics.mapping_suggestions
    qualify row_number() over (partition by kind, source_system, left_id order by score desc, right_id) = 1
)
select kind, source_system, left_name, own_quantity, coalesce(own_amounts, map {}), right_name, tier
from analytics.mapping_queue left join best using (kind, source_system, left_id)
where own_quantity > 0
order by own_amounts is null, count(*) over (partition by map_keys(own_amounts)[1]) desc, map_keys(own_amounts)[1],
    map_values(own_amounts)[1] desc, own_quantity desc, source_system, left_id
"""

# What waits for a mapping stands on top of the summary, one item per account: its lines are not told a second time.
# Amounts of two currencies are never held against each other: each shows its own, the one with the most lines first.
_LARGEST = """
with listed as (
    select *, count(*) over (partition by currency) as held,
        row_number() over (partition by currency order by rank) as place
    from analytics.discrepancies where class not in ('unmapped_client', 'unmapped_product')
)
select rank, class, client_name, product_name, variance, revenue_impact, currency, explanation
from listed
where place <= (
    select if(count(distinct currency) > 1, greatest(3, $largest // count(distinct currency)), $largest) from listed
)
order by currency is null, held desc, currency, rank
"""

# Kinds of money and currencies are never added up.
_OBSERVATIONS = """
select flag, amount_kind, currency, count(*), sum(monthly_amount)
from analytics.observations where period = (select max(period) from analytics.reconciliation)
group by flag, amount_kind, currency
order by flag, currency nulls last, sum(monthly_amount) desc nulls last, amount_kind
"""

_TIE_OUT = """
select rule, sum(controls)::bigint as controls, sum(passed)::bigint as passed,
    map_from_entries(coalesce(
        list((coalesce(currency, ''), difference) order by currency nulls first) filter (where difference != 0), []
    )) as differences
from (
    select rule, currency, count(*) as controls, count(*) filter (where passed) as passed,
        sum(abs(difference)) as difference
    from analytics.tie_out group by rule, currency
) group by rule order by rule
"""

_UNPUBLISHED = "select run_id, period, as_of, ended_at, reason from analytics.unpublished_runs order by ended_at desc"

_FILE_NOTES = """
select source_system, file_name, sheet_name, kind, text, raw_column, header
from analytics.file_notes order by source_system, note_number
"""
