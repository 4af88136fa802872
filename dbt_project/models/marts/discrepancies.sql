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

-- What the vendor's units are worth that wait for a client or product. The line of the client who may be theirs shows
-- the same gap from the other side, and no money of it.
waiting as (
    select
        coalesce(client_id, source_system || ':' || account_id) as client_key,
        coalesce(product_id, source_system || ':' || vendor_product_id) as product_key,
        currency,
        {{ payable('sum(' ~ times('quantity', 'unit_value') ~ ')', 'currency') }} as waiting_amount
    from {{ ref('waiting_units') }}
    where unit_value is not null
    group by client_key, product_key, currency
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
        waiting.waiting_amount,
        row_number() over (
            partition by coalesce(reconciliation.currency, run.default_currency)
            order by
                coalesce(abs(reconciliation.revenue_impact), waiting.waiting_amount) desc nulls last,
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
    left join waiting
        on
            reconciliation.line_part in ('unmapped_client', 'unmapped_product')
            and reconciliation.client_key = waiting.client_key
            and reconciliation.product_key = waiting.product_key
            and coalesce(reconciliation.currency, run.default_currency) = waiting.currency
)

select
    ranked.* exclude (waiting_amount),
    cast(ranked.waiting_amount as decimal(18, 3)) as waiting_amount,
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
