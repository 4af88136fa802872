with source_rows as (
    select * from {{ source('rules', 'client_map') }}
),

renamed as (
    select
        rule_id,
        trim(source_system) as source_system,
        {{ id_as_read('account', vendor_id('source_system', 'account_id'), 'trim(source_system)') }} as account_id,
        {{ id_as_read('client', 'trim(client_id)') }} as client_id,
        valid_from,
        valid_to,
        confirmed_by,
        confirmed_at,
        reason,
        method
    from source_rows
)

select * from renamed
