with source_rows as (
    select * from {{ source('rules', 'product_map') }}
),

renamed as (
    select
        rule_id,
        trim(source_system) as source_system,
        case when trim(source_system) = 'microsoft_graph' then lower(trim(vendor_product_id)) else trim(vendor_product_id) end as vendor_product_id,
        trim(product_id) as product_id,
        valid_from,
        valid_to,
        confirmed_by,
        confirmed_at,
        reason
    from source_rows
)

select * from renamed
