with source_rows as (
    select * from {{ source('rules', 'splits') }}
),

renamed as (
    select
        rule_id,
        trim(source_system) as source_system,
        {{ id_as_read('account', vendor_id('source_system', 'account_id'), 'trim(source_system)') }} as account_id,
        attribute,
        lower(trim(value)) as value,
        {{ id_as_read('client', 'trim(client_id)') }} as client_id,
        valid_from,
        valid_to,
        owner,
        reason
    from source_rows
)

select * from renamed
