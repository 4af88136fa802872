with source_rows as (
    select * from {{ source('control', 'sources') }}
),

renamed as (
    select
        source_system,
        role,
        is_enabled,
        limit_hours
    from source_rows
)

select * from renamed
