with source_rows as (
    select * from {{ source('rules', 'rejections') }}
),

renamed as (
    select
        rule_id,
        kind,
        trim(source_system) as source_system,
        {{ vendor_id('source_system', 'left_id') }} as left_id,
        trim(right_id) as right_id,
        rejected_by,
        rejected_at,
        reason
    from source_rows
)

select * from renamed
