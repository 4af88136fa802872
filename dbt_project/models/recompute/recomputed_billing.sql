{{ config(materialized='ephemeral') }}

-- What the PSA charges on the last day, row by row: billable rows of running agreements.
with run as (
    select * from {{ source('control', 'run') }}
),

agreements as (
    {{ raw_rows_in_use('connectwise', 'agreements', ['id'], '_info__last_updated') }}
),

additions as (
    {{ raw_rows_in_use('connectwise', 'additions', ['id']) }}
),

companies as (
    {{ raw_rows_in_use('connectwise', 'companies', ['id'], '_info__last_updated') }}
)

select
    cast(additions.id as varchar) as source_record_id,
    'connectwise:' || cast(agreements.company__id as varchar) as client_id,
    coalesce(items.product_id, 'connectwise:' || cast(additions.product__id as varchar)) as product_id,
    'connectwise:' || cast(agreements.id as varchar) as agreement_id,
    coalesce(
        upper(nullif(trim(agreements.currency__currency_code), '')),
        upper(nullif(trim(companies.currency__currency_code), '')),
        run.default_currency
    ) as currency,
    coalesce(additions.unit_price < 0, false) as is_credit,
    coalesce(additions.billed_quantity, additions.quantity - coalesce(additions.less_included, 0)) as billed_quantity,
    coalesce(additions.less_included, 0) as included_quantity,
    additions.unit_price,
    additions.effective_date,
    -- A word that does not say that the agreement runs, where its dates do; a row that does not say whether or since
    -- when it bills, or says more units than anybody has.
    coalesce(lower(trim(agreements.agreement_status)), '') not in ('', 'active', 'cancelled', 'canceled')
    or additions.bill_customer is null
    or coalesce(additions.effective_date, agreements.start_date) is null
    or greatest(abs(additions.quantity), abs(additions.billed_quantity), abs(additions.less_included)) > 1000000
        as is_in_question,
    coalesce(lower(trim(agreements.billing_cycle__name)), 'monthly') not in ('', 'monthly', 'month')
    or coalesce(agreements.one_time_flag, false)
    or coalesce(agreements.bill_one_time_flag, false) as is_other_cycle,
    {{ day_of('agreements.start_date') }} as agreement_start
from additions
inner join agreements on additions.agreement_id = agreements.id
left join companies on agreements.company__id = companies.id
left join {{ ref('recomputed_items') }} as items
    on 'connectwise:' || cast(additions.product__id as varchar) = items.item_id
cross join run
where
    -- Only the word for it bills, and an empty cell is the PSA's own default.
    lower(replace(coalesce(additions.bill_customer, 'billable'), ' ', '')) in ('billable', 'bill', 'yes', 'true')
    and additions.product__id is not null
    and coalesce(additions.billed_quantity, additions.quantity) is not null
    and ({{ day_of('additions.effective_date') }} <= run.cutoff_date or additions.effective_date is null)
    and ({{ day_of('additions.cancelled_date') }} > run.cutoff_date or additions.cancelled_date is null)
    and ({{ day_of('agreements.start_date') }} <= run.cutoff_date or agreements.start_date is null)
    and (
        {{ day_of('agreements.end_date') }} >= run.cutoff_date
        or agreements.end_date is null
        or coalesce(agreements.no_ending_date_flag, false)
    )
    and (
        not (
            coalesce(agreements.cancelled_flag, false)
            or lower(coalesce(agreements.agreement_status, '')) in ('cancelled', 'canceled')
        )
        or coalesce({{ day_of('agreements.date_cancelled') }} > run.cutoff_date, false)
    )
