{{ config(materialized='view') }}

with billing_rows as (
    select * from {{ ref('billing_rows_resolved') }}
    where bill_mode = 'billable' and priced_quantity is not null
),

agreements as (
    select * from {{ ref('agreements') }}
),

terms as (
    select * from {{ ref('line_terms') }}
    where contract_price is not null
),

run as (
    select
        period,
        period_end,
        date_diff('day', period, period_end) as period_days
    from {{ ref('current_run') }}
),

-- A line that begins or ends within the period, or whose agreement does, is charged for its days where the agreement
-- prorates, else as it stands.
lived as (
    select
        billing_rows.line_key,
        billing_rows.currency,
        billing_rows.is_live,
        {{ times('billing_rows.priced_quantity', 'billing_rows.unit_price') }} as full_amount,
        -- The same units at the price that was signed.
        case
            when billing_rows.currency = terms.contract_currency
                then {{ times('billing_rows.billed_quantity', 'terms.contract_price') }}
        end as full_contract_amount,
        run.period_days,
        -- What the agreement covers of the period; whole where it does not prorate.
        case
            when coalesce(agreements.prorates, false)
                then greatest(coalesce(agreements.valid_from, run.period), run.period)
            else run.period
        end as due_from,
        case
            when coalesce(agreements.prorates, false)
                then greatest(due_from, least(coalesce(agreements.valid_to, run.period_end), run.period_end))
            else run.period_end
        end as due_until,
        case
            -- What is billed once is billed whole.
            when billing_rows.cycle_months = 0 and billing_rows.is_live then run.period_days
            when coalesce(agreements.prorates, false)
                then greatest(0, date_diff(
                    'day',
                    greatest(coalesce(billing_rows.valid_from, due_from), due_from),
                    least(coalesce(billing_rows.valid_to, due_until), due_until)
                ))
            when billing_rows.is_live then run.period_days
            else 0
        end as live_days
    from billing_rows
    cross join run
    left join agreements on billing_rows.agreement_id = agreements.agreement_id
    left join terms on billing_rows.line_key = terms.line_key
    where billing_rows.is_live or billing_rows.is_dated_only
),

-- Nearly every line stands for the whole period: only the others need the exact division.
charged as (
    select
        line_key,
        currency,
        is_live,
        live_days,
        period_days,
        due_from,
        due_until,
        case
            when live_days = period_days then full_amount
            else {{ share_of('full_amount', 'live_days', 'period_days') }}
        end as amount,
        case
            when live_days = period_days then full_contract_amount
            else {{ share_of('full_contract_amount', 'live_days', 'period_days') }}
        end as contract_amount
    from lived
    where live_days > 0
)

-- Money of two currencies makes no sum.
select
    line_key,
    case when bool_and(amount is not null) and {{ all_agree('currency') }} then sum(amount) end as billed_amount,
    case when bool_and(contract_amount is not null) then sum(contract_amount) end as contract_amount,
    any_value(period_days) as period_days,
    date_diff('day', min(due_from), max(due_until)) as due_days,
    -- The quantity at the end says nothing of days on which another line stood.
    bool_or(live_days < period_days) as is_by_day,
    bool_or(not is_live or live_days < date_diff('day', due_from, due_until)) as is_changed_within
from charged
group by line_key
