with reconciliation as (
    select * from {{ ref('reconciliation') }}
    where kind not in ('explained', 'clean')
),

history as (
    select * from {{ ref('discrepancy_history') }}
),

run as (
    select * from {{ ref('current_run') }}
),

-- A past month that is run again sees only what had been seen by then. The key holds across months, so an error that
-- nobody mends grows older.
seen as (
    select
        history.line_key,
        min(history.as_of) as first_seen,
        max(history.as_of) as last_seen
    from history
    cross join run
    where history.as_of <= run.as_of
    group by history.line_key
),

-- Amounts of two currencies are never held against each other: each currency has ranks of its own.
ranked as (
    select
        reconciliation.*,
        row_number() over (
            partition by coalesce(reconciliation.currency, run.default_currency)
            order by
                abs(reconciliation.revenue_impact) desc nulls last,
                coalesce(
                    abs(reconciliation.variance),
                    greatest(
                        reconciliation.billed_quantity,
                        coalesce(
                            reconciliation.owned_quantity,
                            reconciliation.used_quantity,
                            reconciliation.charged_quantity,
                            0
                        )
                    )
                ) desc,
                reconciliation.line_key asc
        ) as rank
    from reconciliation
    cross join run
)

select
    ranked.*,
    'open' as status,
    cast(null as varchar) as decision_id,
    seen.first_seen,
    seen.last_seen,
    date_diff(
        'day',
        cast(seen.first_seen at time zone 'UTC' as date),
        cast(ranked.as_of at time zone 'UTC' as date)
    ) as age_days
from ranked
inner join seen on ranked.line_key = seen.line_key
cross join run
order by
    coalesce(ranked.currency, run.default_currency) != run.default_currency asc,
    coalesce(ranked.currency, run.default_currency) asc,
    ranked.rank asc
