with source_rows as (
    select * from {{ source('rules', 'item_map') }}
),

renamed as (
    select
        rule_id,
        {{ id_as_read('product', 'trim(item_id)') }} as item_id,
        {{ id_as_read('product', 'trim(product_id)') }} as product_id,
        valid_from,
        valid_to,
        confirmed_by,
        confirmed_at,
        reason
    from source_rows
)

select * from renamed
