with source_rows as (
    select * from {{ source('control', 'expectation_results') }}
),

renamed as (
    select
        run_id,
        source_system,
        table_name,
        account_id,
        expectation,
        is_blocking,
        passed,
        observed,
        unexpected_count,
        sample,
        message
    from source_rows
)

select * from renamed
