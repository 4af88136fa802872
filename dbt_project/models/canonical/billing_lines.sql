with received_lines as (
    select * from {{ ref('billing_lines_connectwise') }}
    union all by name
    select * from {{ ref('billing_lines_exports') }}
),

-- How many months a price is for.
cycled as (
    select
        *,
        case when is_one_time then 0 else {{ cycle_months_of('billing_cycle') }} end as cycle_months
    from received_lines
),

-- A negative price is a credit: money, not units. What its price multiplies is kept beside the units that are billed.
all_lines as (
    select
        * exclude (billed_quantity) replace (
            {{ monthly_price('unit_price', 'cycle_months') }} as unit_price,
            {{ monthly_price('unit_cost', 'cycle_months') }} as unit_cost
        ),
        unit_price as cycle_price,
        billed_quantity as priced_quantity,
        coalesce(unit_price < 0 and billed_quantity >= 0, false) as is_credit
    from cycled
),

clients as (
    select * from {{ ref('clients') }}
),

sold_items as (
    select * from {{ ref('sold_items') }}
),

run as (
    select * from {{ ref('stg_control__run') }}
),

judged as (
    select
        all_lines.source_system,
        all_lines.source_table,
        all_lines.source_record_id,
        all_lines.client_id,
        all_lines.agreement_id,
        coalesce(sold_items.product_id, all_lines.product_id) as product_id,
        all_lines.product_id as item_id,
        all_lines.valid_from,
        all_lines.valid_to,
        cast(coalesce(all_lines.quantity, 0) as decimal(18, 4)) as quantity,
        cast(case when all_lines.is_credit then 0 else all_lines.included_quantity end as decimal(18, 4))
            as included_quantity,
        cast(case when all_lines.is_credit then 0 else coalesce(all_lines.priced_quantity, 0) end as decimal(18, 4))
            as billed_quantity,
        cast(coalesce(all_lines.priced_quantity, 0) as decimal(18, 4)) as priced_quantity,
        all_lines.is_credit,
        cast(all_lines.unit_price as decimal(18, 6)) as unit_price,
        cast(all_lines.unit_cost as decimal(18, 6)) as unit_cost,
        all_lines.billing_cycle,
        all_lines.cycle_months,
        cast(all_lines.cycle_price as decimal(18, 6)) as cycle_price,
        coalesce(all_lines.currency, clients.currency, run.default_currency) as currency,
        -- A word that is not known must not be charged silently: such a line is not live and says why.
        coalesce(all_lines.bill_mode, 'do_not_bill') as bill_mode,
        case
            when all_lines.agreement_reason is not null then all_lines.agreement_reason
            when all_lines.client_id is null then 'it names no client'
            when all_lines.product_id is null then 'it names no product'
            when all_lines.valid_from > run.cutoff_date
                then 'line starts on ' || strftime(all_lines.valid_from, '%Y-%m-%d')
            when all_lines.valid_to <= run.cutoff_date
                then 'line cancelled on ' || strftime(all_lines.valid_to, '%Y-%m-%d')
            when all_lines.cycle_months = 0 and date_trunc('month', all_lines.first_billed_on) != run.period
                then 'billed once, in ' || strftime(all_lines.first_billed_on, '%Y-%m')
        end as absent_reason,
        case
            when all_lines.fault is not null then all_lines.fault
            when all_lines.bill_mode is null then 'bill mode ' || all_lines.raw_bill_mode || ' is not known'
            when all_lines.quantity is null and all_lines.priced_quantity is null then 'it carries no quantity'
            when all_lines.cycle_months = 0 and all_lines.first_billed_on is null
                then 'it is billed once, and no date says when'
        end as unreadable_reason,
        coalesce(all_lines.takes_back, false) as takes_back,
        all_lines.last_updated_at
    from all_lines
    left join clients on all_lines.client_id = clients.client_id
    left join sold_items on all_lines.product_id = sold_items.item_id
    cross join run
),

billing_lines as (
    select
        * exclude (absent_reason, unreadable_reason, takes_back),
        coalesce(absent_reason, unreadable_reason) as not_live_reason,
        absent_reason is null and unreadable_reason is null as is_live,
        -- Nothing but its first day, or its agreement's, stands between such a line and the bill.
        coalesce(regexp_matches(absent_reason, '^(line|agreement) starts on '), false)
        and unreadable_reason is null as starts_later,
        -- Only its own days, or its agreement's, keep such a line from being live at the cut-off: it may still charge a
        -- part of the period.
        coalesce(
            regexp_matches(absent_reason, '^(line starts|line cancelled|agreement (starts|ended|cancelled)) on '), false
        )
        and unreadable_reason is null as is_dated_only,
        -- A line that stands in the PSA and cannot be read bills we know not what.
        case
            when absent_reason is not null then null
            when unreadable_reason is not null then unreadable_reason
            when bill_mode = 'billable' and billed_quantity < 0 and not takes_back
                then 'it bills ' || {{ plain_number('billed_quantity') }}
        end as fault
    from judged
)

select * from billing_lines
