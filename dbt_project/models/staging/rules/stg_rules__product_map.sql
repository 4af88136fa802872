with source_rows as (
    select * from {{ source('rules', 'product_map') }}
),

renamed as (
    select
        rule_id,
        trim(source_system) as source_system,
        {{ id_as_read('vendor_product', vendor_id('source_system', 'vendor_product_id'), 'trim(source_system)') }}
            as vendor_product_id,
        {{ id_as_read('product', 'trim(product_id)') }} as product_id,
        valid_from,
        valid_to,
        confirmed_by,
        confirmed_at,
        reason,
        method
    from source_rows
)

select * from renamed
