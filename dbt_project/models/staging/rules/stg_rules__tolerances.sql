with source_rows as (
    select * from {{ source('rules', 'tolerances') }}
),

renamed as (
    select
        rule_id,
        {{ id_as_read('client', 'trim(client_id)') }} as client_id,
        {{ id_as_read('product', 'trim(product_id)') }} as product_id,
        tolerance,
        valid_from,
        valid_to,
        owner,
        reason
    from source_rows
)

select * from renamed
