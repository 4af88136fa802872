with source_rows as (
    select * from {{ source('rules', 'exclusions') }}
),

renamed as (
    select
        rule_id,
        trim(client_id) as client_id,
        trim(source_system) as source_system,
        case when trim(source_system) = 'microsoft_graph' then lower(trim(vendor_product_id)) else trim(vendor_product_id) end as vendor_product_id,
        case when trim(source_system) = 'microsoft_graph' then lower(trim(source_record_id)) else trim(source_record_id) end as source_record_id,
        reason,
        owner,
        review_date,
        valid_from,
        valid_to
    from source_rows
)

select * from renamed
