with billing_rows as (
    select * from {{ ref('billing_rows_resolved') }}
),

-- A row that several lines share stands once, under the first of them.
vendor_rows as (
    select * from {{ ref('vendor_rows_resolved') }}
    where share_number = 1
),

lines as (
    select * from {{ ref('lines') }}
),

both_sides as (
    select
        'billed' as side,
        source_system,
        source_table,
        source_record_id,
        billed_quantity as quantity,
        null as holder_name,
        disposition,
        reason,
        line_key,
        null as mapping_id,
        null as product_mapping_id,
        counting_rule_id as rule_id
    from billing_rows

    union all

    select
        side,
        source_system,
        source_table,
        source_record_id,
        row_quantity as quantity,
        holder_name,
        disposition,
        reason,
        line_key,
        coalesce(client_mapping_id, product_mapping_id) as mapping_id,
        product_mapping_id,
        coalesce(exclusion_rule_id, counting_rule_id) as rule_id
    from vendor_rows
),

run as (
    select * from {{ ref('current_run') }}
)

-- A row for information may name a line that nothing else makes: then it belongs to none.
select
    run.period,
    both_sides.source_system,
    both_sides.source_table,
    both_sides.source_record_id,
    both_sides.side,
    cast(both_sides.quantity as decimal(18, 4)) as quantity,
    both_sides.disposition,
    both_sides.reason,
    lines.line_key,
    both_sides.mapping_id,
    both_sides.product_mapping_id,
    both_sides.rule_id,
    both_sides.holder_name
from both_sides
cross join run
left join lines on both_sides.line_key = lines.line_key
