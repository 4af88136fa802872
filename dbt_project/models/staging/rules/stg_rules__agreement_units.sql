with source_rows as (
    select * from {{ source('rules', 'agreement_units') }}
),

renamed as (
    select
        rule_id,
        {{ id_as_read('client', 'trim(client_id)') }} as client_id,
        {{ id_as_read('product', 'trim(product_id)') }} as product_id,
        trim(source_system) as source_system,
        attribute,
        case
            when attribute = 'account' then {{ id_as_read('account', 'lower(trim(value))', 'trim(source_system)') }}
            else lower(trim(value))
        end as value,
        {{ id_as_read('agreement', 'trim(agreement_id)') }} as agreement_id,
        valid_from,
        valid_to,
        owner,
        reason
    from source_rows
)

select * from renamed
