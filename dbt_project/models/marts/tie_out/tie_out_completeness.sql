{{ config(schema='compare', materialized='view', contract={'enforced': false}) }}

with received_rows as (
    select * from {{ ref('received_rows') }}
),

-- Every read that stands: the newest full one and what was read by change since, so that a later run that finds
-- nothing new shows the same totals.
current_reads as (
    select * from {{ ref('current_reads') }}
),

row_dispositions as (
    select * from {{ ref('row_dispositions') }}
),

source_health as (
    select * from {{ ref('source_health') }}
),

declared as (
    select
        source_system,
        table_name,
        sum(declared_total) as declared_rows,
        sum(row_count) as read_rows
    from current_reads
    where declared_total is not null
    group by source_system, table_name
),

-- Exports are read as one system and judged by inbox folder, so their rows are counted by table.
disposed as (
    select
        received_rows.source_system,
        received_rows.table_name,
        count(row_dispositions.source_record_id) as disposed_rows
    from received_rows
    inner join row_dispositions
        on
            received_rows.table_name = row_dispositions.source_table
            and (
                received_rows.source_system = row_dispositions.source_system
                or (
                    received_rows.source_system = 'exports'
                    and row_dispositions.source_table in ('billing_lines', 'vendor_quantities')
                )
            )
    group by received_rows.source_system, received_rows.table_name
),

-- A row delivered again by a later read is taken off both sides: the difference stays, and a run that finds nothing new
-- shows the totals of the run before.
controls as (
    select
        source_system,
        table_name || ' received' as subject,
        read_rows - superseded_rows as left_total,
        accepted_rows as right_total,
        'rows that the reads reported, and rows kept' as note
    from received_rows

    union all

    select
        declared.source_system,
        declared.table_name || ' declared' as subject,
        declared.declared_rows - received_rows.superseded_rows as left_total,
        declared.read_rows - received_rows.superseded_rows as right_total,
        'rows that the source declared, and rows read' as note
    from declared
    inner join received_rows
        on declared.source_system = received_rows.source_system and declared.table_name = received_rows.table_name

    union all

    select
        received_rows.source_system,
        received_rows.table_name || ' accepted' as subject,
        received_rows.accepted_rows as left_total,
        disposed.disposed_rows as right_total,
        'rows accepted, and rows with a disposition; ' || received_rows.superseded_rows
        || ' of ' || received_rows.received_rows || ' rows received were superseded' as note
    from received_rows
    inner join disposed
        on
            received_rows.source_system = disposed.source_system
            and received_rows.table_name = disposed.table_name
    -- Rows of an account that left its vendor stay in the raw tables and are no rows of this run.
    where received_rows.source_system != 'microsoft_graph'
)

-- A source that is not assessed already keeps its lines out of every total: its gap is shown, and stops nobody else.
select
    'completeness' as rule,
    controls.source_system,
    null as currency,
    controls.subject,
    controls.left_total,
    controls.right_total,
    case
        when coalesce(source_health.is_assessable, true) then controls.note
        else 'not assessed, so its lines count nowhere: ' || coalesce(source_health.message, source_health.status)
    end as note,
    controls.left_total = controls.right_total or not coalesce(source_health.is_assessable, true) as passed
from controls
left join source_health on controls.source_system = source_health.source_system
