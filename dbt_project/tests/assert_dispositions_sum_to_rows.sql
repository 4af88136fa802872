-- Fails with each source row that has no disposition, or more than one, and each disposition without a source row.
-- Asserted row by row, where the tie-out rule exactly_once compares totals: two errors cannot cancel out here.
{{ config(meta={'dagster': {'ref': {'name': 'row_dispositions'}}}) }}

with accepted as (
    select
        source_system,
        source_table,
        source_record_id
    from {{ ref('billing_lines') }}

    union all

    select
        source_system,
        source_table,
        source_record_id
    from {{ ref('vendor_quantities') }}
),

tagged as (
    select
        source_system,
        source_table,
        source_record_id,
        1 as accepted_count,
        0 as disposed_count
    from accepted

    union all

    select
        source_system,
        source_table,
        source_record_id,
        0 as accepted_count,
        1 as disposed_count
    from {{ ref('row_dispositions') }}
)

select
    source_system,
    source_table,
    source_record_id,
    sum(accepted_count) as accepted_count,
    sum(disposed_count) as disposed_count
from tagged
group by source_system, source_table, source_record_id
having sum(accepted_count) != 1 or sum(disposed_count) != 1
