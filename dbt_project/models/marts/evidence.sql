with source_rows as (
    select * from {{ ref('evidence_rows') }}
),

run as (
    select * from {{ ref('current_run') }}
)

select
    run.period,
    source_rows.line_key,
    source_rows.side,
    source_rows.source_system,
    source_rows.source_table,
    source_rows.source_record_id,
    cast(source_rows.quantity as decimal(18, 4)) as quantity,
    source_rows.disposition,
    source_rows.reason,
    coalesce(source_rows.client_mapping_id, source_rows.product_mapping_id) as mapping_id,
    source_rows.product_mapping_id,
    source_rows.rule_id,
    source_rows.holder_name
from source_rows
cross join run
order by
    source_rows.line_key,
    source_rows.side,
    source_rows.source_system,
    source_rows.source_table,
    source_rows.source_record_id
