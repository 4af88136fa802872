with source_rows as (
    select * from {{ source('rules', 'counting') }}
),

renamed as (
    select
        rule_id,
        coalesce({{ id_as_read('client', 'trim(client_id)') }}, '*') as client_id,
        {{ id_as_read('product', 'trim(product_id)') }} as product_id,
        lower(trim(basis)) as basis,
        {{ clean('owned_source') }} as owned_source,
        {{ clean('used_source') }} as used_source,
        {{ clean('charged_source') }} as charged_source,
        inactive_days,
        coalesce(counted_when, 'last_day') as counted_when,
        count_day,
        vendor_counted_when,
        vendor_count_day,
        coalesce(counts_disabled, 'yes') = 'yes' as counts_disabled,
        coalesce(counts_guests, 'yes') = 'yes' as counts_guests,
        coalesce(counts_special, 'yes') = 'yes' as counts_special,
        coalesce(counts_people, 'no') = 'yes' as counts_people,
        valid_from,
        valid_to,
        owner,
        reason
    from source_rows
)

select * from renamed
