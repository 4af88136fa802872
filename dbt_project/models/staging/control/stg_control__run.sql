with source_rows as (
    select * from {{ source('control', 'run') }}
),

renamed as (
    select
        run_id,
        period,
        period_end,
        as_of,
        cutoff,
        cutoff_date,
        default_currency,
        accept_name_score,
        version,
        rules_hash
    from source_rows
)

select * from renamed
