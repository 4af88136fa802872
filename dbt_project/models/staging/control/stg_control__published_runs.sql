with source_rows as (
    select * from {{ source('control', 'published_runs') }}
),

renamed as (
    select
        run_id,
        period,
        as_of,
        published_at
    from source_rows
)

select * from renamed
