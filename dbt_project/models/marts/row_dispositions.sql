with source_rows as (
    select * from {{ ref('source_rows_resolved') }}
),

run as (
    select * from {{ ref('current_run') }}
)

select
    run.period,
    source_rows.source_system,
    source_rows.source_table,
    source_rows.source_record_id,
    source_rows.side,
    cast(source_rows.quantity as decimal(18, 4)) as quantity,
    source_rows.disposition,
    source_rows.reason,
    source_rows.line_key,
    source_rows.holder_name
from source_rows
cross join run
order by
    source_rows.source_system,
    source_rows.source_table,
    source_rows.source_record_id
