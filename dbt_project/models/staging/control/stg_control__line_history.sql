with source_rows as (
    select * from {{ source('control', 'line_history') }}
),

renamed as (
    select
        run_id,
        period,
        as_of,
        line_key,
        class,
        kind,
        billed_quantity,
        owned_quantity,
        used_quantity,
        charged_quantity,
        expected_quantity,
        variance,
        revenue_impact,
        amount_variance,
        currency,
        coalesce(flags, []) as flags
    from source_rows
)

select * from renamed
