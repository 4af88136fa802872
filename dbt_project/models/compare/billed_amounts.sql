{{ config(materialized='view') }}

with billing_rows as (
    select * from {{ ref('billing_rows_resolved') }}
    where bill_mode = 'billable' and billed_quantity is not null
),

agreements as (
    select * from {{ ref('agreements') }}
),

run as (
    select
        period,
        period_end,
        date_diff('day', period, period_end) as period_days
    from {{ ref('current_run') }}
),

-- A line that begins or ends within the period is charged for its days where the agreement prorates, else as it stands.
lived as (
    select
        billing_rows.line_key,
        billing_rows.currency,
        {{ times('billing_rows.billed_quantity', 'billing_rows.unit_price') }} as full_amount,
        run.period_days,
        case
            when coalesce(agreements.prorates, false)
                then greatest(0, date_diff(
                    'day',
                    greatest(coalesce(billing_rows.valid_from, run.period), run.period),
                    least(coalesce(billing_rows.valid_to, run.period_end), run.period_end)
                ))
            when billing_rows.is_live then run.period_days
            else 0
        end as live_days
    from billing_rows
    cross join run
    left join agreements on billing_rows.agreement_id = agreements.agreement_id
    where billing_rows.is_live or billing_rows.is_dated_only
),

-- Nearly every line stands for the whole period: only the others need the exact division.
charged as (
    select
        line_key,
        currency,
        case
            when live_days = period_days then full_amount
            else {{ share_of('full_amount', 'live_days', 'period_days') }}
        end as amount
    from lived
    where live_days > 0
)

-- Money of two currencies makes no sum.
select
    line_key,
    case when bool_and(amount is not null) and {{ all_agree('currency') }} then sum(amount) end as billed_amount
from charged
group by line_key
