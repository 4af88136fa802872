with source_rows as (
    select * from {{ source('rules', 'special_users') }}
),

renamed as (
    select
        rule_id,
        trim(source_system) as source_system,
        {{ id_as_read('account', vendor_id('source_system', 'account_id'), 'trim(source_system)') }} as account_id,
        lower(trim(user_name)) as user_name,
        kind,
        licence_needed = 'yes' as is_licence_needed,
        valid_from,
        valid_to,
        owner,
        reason
    from source_rows
)

select * from renamed
