with subscriptions as (
    select * from {{ ref('stg_pax8__subscriptions') }}
),

charged_items as (
    select * from {{ ref('charged_items') }}
),

run as (
    select * from {{ ref('stg_control__run') }}
),

pax8_owned as (
    select
        'owned' as side,
        'pax8' as source_system,
        'subscriptions' as source_table,
        subscriptions.subscription_id as source_record_id,
        subscriptions.account_id,
        subscriptions.vendor_product_id,
        subscriptions.quantity,
        subscriptions.currency,
        -- A yearly charge is not twelve equal months, and a cost of zero may be one that nobody filled in.
        case
            when lower(subscriptions.billing_term) = 'monthly' and subscriptions.partner_cost > 0
                then subscriptions.partner_cost
        end as monthly_unit_cost,
        subscriptions.start_date as priced_from,
        subscriptions.commitment_end_date as committed_until,
        case
            when lower(subscriptions.status) in ('active', 'pendingcancel', 'activated', 'trial') then null
            else 'status ' || coalesce(subscriptions.status, 'missing')
        end as state_reason,
        case
            when subscriptions.start_date > run.cutoff_date
                then 'subscription starts on ' || strftime(subscriptions.start_date, '%Y-%m-%d')
            when subscriptions.end_date <= run.cutoff_date
                then 'subscription ended on ' || strftime(subscriptions.end_date, '%Y-%m-%d')
        end as date_reason
    from subscriptions
    cross join run
),

pax8_charged as (
    select
        'charged' as side,
        'pax8' as source_system,
        'invoice_items' as source_table,
        invoice_item_id as source_record_id,
        account_id,
        vendor_product_id,
        quantity,
        currency,
        case
            when item_type = 'subscription' and cost > 0 and end_period - start_period <= 31 then cost
        end as monthly_unit_cost,
        start_period as priced_from,
        not_countable_reason as state_reason
    from charged_items
),

quantities as (
    select * from pax8_owned
    union all by name
    select * from pax8_charged
)

select * from quantities
