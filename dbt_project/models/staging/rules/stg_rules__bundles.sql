with source_rows as (
    select * from {{ source('rules', 'bundles') }}
),

renamed as (
    select
        rule_id,
        {{ id_as_read('client', 'trim(client_id)') }} as client_id,
        {{ id_as_read('product', 'trim(bundle_product_id)') }} as bundle_product_id,
        {{ id_as_read('product', 'trim(component_product_id)') }} as component_product_id,
        units_per_driver,
        is_driver = 'yes' as is_driver,
        valid_from,
        valid_to,
        owner,
        reason
    from source_rows
)

select * from renamed
