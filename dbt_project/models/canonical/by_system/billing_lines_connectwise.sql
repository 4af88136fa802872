with additions as (
    select
        *,
        greatest(abs(quantity), abs(less_included), abs(billed_quantity)) as largest_quantity
    from {{ ref('stg_connectwise__additions') }}
),

agreements as (
    select * from {{ ref('agreements') }}
),

billing_lines as (
    select
        'connectwise' as source_system,
        'additions' as source_table,
        additions.addition_id as source_record_id,
        agreements.client_id,
        additions.agreement_id,
        additions.product_id,
        additions.effective_date as valid_from,
        {{ first_day_not_billed('connectwise', 'additions.cancelled_date') }} as valid_to,
        additions.quantity,
        coalesce(additions.less_included, 0) as included_quantity,
        coalesce(additions.billed_quantity, additions.quantity - coalesce(additions.less_included, 0))
            as billed_quantity,
        additions.unit_price,
        additions.unit_cost,
        agreements.billing_cycle,
        agreements.is_one_time,
        -- What is billed once is billed with the first month in which line and agreement are both in force.
        greatest(additions.effective_date, agreements.valid_from) as first_billed_on,
        agreements.currency,
        additions.bill_customer as raw_bill_mode,
        {{ bill_mode_of('additions.bill_customer') }} as bill_mode,
        case
            when agreements.agreement_id is null then 'its agreement was not read'
            else agreements.not_live_reason
        end as agreement_reason,
        case
            when agreements.fault is not null then agreements.fault
            when additions.bill_customer is null then 'it says nothing of being billed'
            -- Without a day of its own it bills from its agreement's first day on.
            when additions.effective_date is null and agreements.valid_from is null
                then 'neither it nor its agreement has a first day'
            when additions.largest_quantity > 1000000
                then 'it states ' || {{ plain_number('additions.largest_quantity') }} || ' units'
        end as fault,
        additions.last_updated_at
    from additions
    left join agreements on additions.agreement_id = agreements.agreement_id
)

select * from billing_lines
