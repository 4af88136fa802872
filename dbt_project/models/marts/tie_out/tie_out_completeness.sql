{{ config(schema='compare', materialized='view', contract={'enforced': false}) }}

-- What was received, against what stands at the end of the chain. The left totals come from the log of reads and from
-- the raw rows, never from what a model kept; no join may drop a control: a table that is gone is what they look for.
with received_rows as (
    select * from {{ ref('received_rows') }}
),

-- Every read that stands: the newest full one and what was read by change since, so that a later run that finds
-- nothing new shows the same totals.
current_reads as (
    select * from {{ ref('current_reads') }}
),

listed_rows as (
    select * from {{ ref('listed_rows') }}
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

-- Where the rows of each raw table end: with a disposition where they carry a quantity, else in the table that lists
-- them. Exports are read as one system and judged by inbox folder, so their rows are counted by table.
disposed as (
    select
        case
            when source_table in ('billing_lines', 'vendor_quantities') then 'exports' else source_system
        end as system_name,
        source_table as table_name,
        {{ end_totals('source_record_id', 'quantity') }}
    from {{ ref('row_dispositions') }}
    group by system_name, table_name
),

ends as (
    {% for system, table in disposed_tables() %}
        select
            '{{ system }}' as source_system,
            '{{ table }}' as table_name,
            'row_dispositions' as end_table,
            true as states_quantity,
            false as is_counted_only,
            coalesce(max(end_rows), 0) as end_rows,
            coalesce(max(end_quantity), 0) as end_quantity,
            coalesce(max(end_records), 0) as end_records
        from disposed
        where system_name = '{{ system }}' and table_name = '{{ table }}'

        union all

    {% endfor %}
    {% for listed in listed_tables() if listed.layer == 'marts' %}
        {{ listed_totals(listed) }}

        union all

    {% endfor %}
    select * from listed_rows
),

accounted as (
    select
        received_rows.source_system,
        received_rows.table_name || ' to ' || ends.end_table as way,
        received_rows.received_rows,
        received_rows.superseded_rows,
        ends.states_quantity,
        ends.is_counted_only,
        received_rows.current_rows,
        received_rows.quantity_total,
        received_rows.record_total,
        ends.end_rows,
        ends.end_quantity,
        ends.end_records
    from received_rows
    inner join ends
        on received_rows.source_system = ends.source_system and received_rows.table_name = ends.table_name
    -- A system that is off has neither.
    where received_rows.captured_at is not null or ends.end_rows > 0
),

-- A row delivered again by a later read is taken off both sides: the difference stays, and a run that finds nothing new
-- shows the totals of the run before.
controls as (
    select
        source_system,
        table_name || ' answers' as subject,
        answer_count as left_total,
        used_count as right_total,
        'newest answers in the log of reads, and those in use' as note,
        false as may_be_excused
    from received_rows
    where answer_count > 0

    union all

    select
        source_system,
        table_name || ' received' as subject,
        read_rows - superseded_rows as left_total,
        accepted_rows as right_total,
        'rows that the reads reported, and rows kept' as note,
        true as may_be_excused
    from received_rows
    where captured_at is not null

    union all

    select
        declared.source_system,
        declared.table_name || ' declared' as subject,
        declared.declared_rows - coalesce(received_rows.superseded_rows, 0) as left_total,
        declared.read_rows - coalesce(received_rows.superseded_rows, 0) as right_total,
        'rows that the source declared, and rows read' as note,
        true as may_be_excused
    from declared
    left join received_rows
        on declared.source_system = received_rows.source_system and declared.table_name = received_rows.table_name

    union all

    select
        source_system,
        way || ', rows' as subject,
        current_rows as left_total,
        end_rows as right_total,
        'rows received that count in this run, and rows at the end of the chain; '
        || superseded_rows || ' of ' || received_rows || ' rows received were superseded' as note,
        true as may_be_excused
    from accounted

    union all

    select
        source_system,
        way || ', quantity' as subject,
        quantity_total as left_total,
        end_quantity as right_total,
        'the quantity of the rows received, and of those at the end of the chain' as note,
        true as may_be_excused
    from accounted
    where states_quantity

    union all

    select
        source_system,
        way || ', hash total' as subject,
        record_total as left_total,
        end_records as right_total,
        'hash total of record ids and quantities as received, and at the end of the chain' as note,
        true as may_be_excused
    from accounted
    where not is_counted_only
)

-- A source that is not assessed already keeps its lines out of every total: its gap is shown, and stops nobody else.
-- Whether an answer in the log is in use does not depend on what is thought of the source.
select
    'completeness' as rule,
    controls.source_system,
    null as currency,
    controls.subject,
    controls.left_total,
    controls.right_total,
    case
        when coalesce(source_health.is_assessable, true) or not controls.may_be_excused then controls.note
        else 'not assessed, so its lines count nowhere: ' || coalesce(source_health.message, source_health.status)
    end as note,
    controls.left_total = controls.right_total
    or (controls.may_be_excused and not coalesce(source_health.is_assessable, true)) as passed
from controls
left join source_health on controls.source_system = source_health.source_system
