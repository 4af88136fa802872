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
        rules_hash,
        coalesce(timezone, 'UTC') as timezone,
        -- The first moment of the period, in the home's time zone.
        timezone(coalesce(timezone, 'UTC'), cast(period as timestamp)) as period_start
    from source_rows
)

select * from renamed
