with source_rows as (
    select * from {{ source('rules', 'product_groups') }}
),

renamed as (
    select
        rule_id,
        {{ id_as_read('product', 'trim(product_id)') }} as product_id,
        'group:' || trim(product_group) as product_group,
        valid_from,
        valid_to,
        owner,
        reason
    from source_rows
)

select * from renamed
