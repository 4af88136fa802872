with quantities as (
    select * from {{ ref('quantities_microsoft_graph') }}
    union all by name
    select * from {{ ref('quantities_pax8') }}
    union all by name
    select * from {{ ref('quantities_ninjaone') }}
    union all by name
    select * from {{ ref('quantities_exports') }}
),

judged as (
    select
        *,
        case
            when fault is not null then fault
            when state_reason is not null then state_reason
            when date_reason is not null then date_reason
            when quantity is null then 'it carries no quantity'
            when account_id is null then 'it names no account'
            when vendor_product_id is null then 'it names no product'
        end as not_countable_reason
    from quantities
),

vendor_quantities as (
    select
        side,
        source_system,
        source_table,
        source_record_id,
        account_id,
        vendor_product_id,
        cast(coalesce(quantity, 0) as decimal(18, 4)) as quantity,
        currency,
        cast(monthly_unit_cost as decimal(18, 6)) as monthly_unit_cost,
        cast(unit_cost_rounding as decimal(18, 6)) as unit_cost_rounding,
        priced_from,
        committed_until,
        commitment_term,
        commitment_months,
        added_on,
        added_quantity,
        not_countable_reason is null as is_countable,
        not_countable_reason,
        fault,
        coalesce(awaits_charge, false) as awaits_charge,
        ended_on,
        case
            when is_duplicate then 'duplicate'
            when not_countable_reason = 'retired' then 'excluded'
            when not_countable_reason is not null then 'information_only'
        end as not_countable_disposition,
        last_seen_at,
        counted_on,
        coalesce(is_dated_count, false) as is_dated_count,
        coalesce(names_every_account, false) as names_every_account,
        holder_id,
        holder_name,
        holder_is_disabled,
        holder_is_guest,
        office,
        department,
        company,
        site,
        last_active_at,
        coalesce(is_trial, false) as is_trial,
        other_ids
    from judged
)

select * from vendor_quantities
