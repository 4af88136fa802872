with source_rows as (
    select * from {{ source('rules', 'aliases') }}
),

renamed as (
    select
        rule_id,
        kind,
        vendor_text,
        psa_text
    from source_rows
)

select * from renamed
