with source_rows as (
    select * from {{ source('rules', 'known_refusals') }}
),

renamed as (
    select
        rule_id,
        trim(source_system) as source_system,
        {{ id_as_read('account', vendor_id('source_system', 'account_id'), 'trim(source_system)') }} as account_id,
        valid_from,
        valid_to,
        confirmed_by,
        confirmed_at,
        reason
    from source_rows
)

select * from renamed
