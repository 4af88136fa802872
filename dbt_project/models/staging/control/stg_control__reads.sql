with source_rows as (
    select * from {{ source('control', 'reads') }}
),

renamed as (
    select
        run_id,
        source_system,
        table_name,
        account_id as raw_account_id,
        case when source_system = 'microsoft_graph' then lower(account_id) else account_id end as account_id,
        mode,
        status,
        captured_at,
        load_id,
        row_count,
        declared_total,
        content_hash,
        requests,
        retries,
        seconds,
        endpoint,
        message,
        notes,
        profile_hash
    from source_rows
)

select * from renamed
