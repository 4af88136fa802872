with source_rows as (
    select * from {{ source('rules', 'exchange_rates') }}
),

renamed as (
    select
        rule_id,
        trim(from_currency) as from_currency,
        trim(to_currency) as to_currency,
        rate,
        trim(source) as rate_source,
        valid_from,
        valid_to,
        owner,
        reason
    from source_rows
)

select * from renamed
