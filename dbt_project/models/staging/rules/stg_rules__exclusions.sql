with source_rows as (
    select * from {{ source('rules', 'exclusions') }}
),

renamed as (
    select
        rule_id,
        trim(client_id) as client_id,
        trim(source_system) as source_system,
        {{ vendor_id('source_system', 'vendor_product_id') }} as vendor_product_id,
        {{ vendor_id('source_system', 'source_record_id') }} as source_record_id,
        reason,
        owner,
        review_date,
        valid_from,
        valid_to
    from source_rows
)

select * from renamed
