with source_rows as (
    select * from {{ source('rules', 'agreement_units') }}
),

renamed as (
    select
        rule_id,
        trim(client_id) as client_id,
        trim(product_id) as product_id,
        trim(source_system) as source_system,
        attribute,
        lower(trim(value)) as value,
        trim(agreement_id) as agreement_id,
        valid_from,
        valid_to,
        owner,
        reason
    from source_rows
)

select * from renamed
