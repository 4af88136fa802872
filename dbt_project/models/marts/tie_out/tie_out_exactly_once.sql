{{ config(schema='compare', materialized='view', contract={'enforced': false}) }}

with billing_lines as (
    select * from {{ ref('billing_lines') }}
),

vendor_quantities as (
    select * from {{ ref('vendor_quantities') }}
),

row_dispositions as (
    select * from {{ ref('row_dispositions') }}
),

accepted as (
    select
        source_system,
        source_table,
        count(*) as row_count,
        sum(billed_quantity) as quantity
    from billing_lines
    group by source_system, source_table

    union all

    select
        source_system,
        source_table,
        count(*) as row_count,
        sum(quantity) as quantity
    from vendor_quantities
    group by source_system, source_table
),

disposed as (
    select
        source_system,
        source_table,
        count(*) as row_count,
        sum(quantity) as quantity
    from row_dispositions
    group by source_system, source_table
),

-- What stands under a line as evidence, side by side with the line. An excluded line shows the designated system alone,
-- so its rows say more than it does.
evidence as (
    select
        line_key,
        side,
        sum(quantity) as quantity
    from {{ ref('evidence') }}
    where disposition in ('counted', 'unmapped', 'unallocated')
    group by line_key, side
),

quantities as (
    unpivot (
        select
            line_key,
            billed_quantity as billed,
            owned_quantity as owned,
            used_quantity as used,
            charged_quantity as charged
        from {{ ref('reconciliation') }}
        where line_part != 'excluded'
    )
    on billed, owned, used, charged
    into name side value quantity
),

proven as (
    select
        quantities.side,
        count(*) as line_count,
        count(*) filter (where quantities.quantity = coalesce(evidence.quantity, 0)) as proven_count
    from quantities
    left join evidence on quantities.line_key = evidence.line_key and quantities.side = evidence.side
    group by quantities.side
),

compared as (
    select
        coalesce(accepted.source_system, disposed.source_system) as source_system,
        coalesce(accepted.source_table, disposed.source_table) as source_table,
        coalesce(accepted.row_count, 0) as accepted_rows,
        coalesce(disposed.row_count, 0) as disposed_rows,
        coalesce(accepted.quantity, 0) as accepted_quantity,
        coalesce(disposed.quantity, 0) as disposed_quantity
    from accepted
    full join disposed
        on
            accepted.source_system = disposed.source_system
            and accepted.source_table = disposed.source_table
)

select
    'exactly_once' as rule,
    source_system,
    null as currency,
    source_table || ' rows' as subject,
    accepted_rows as left_total,
    disposed_rows as right_total,
    'rows accepted, and rows with a disposition' as note,
    accepted_rows = disposed_rows as passed
from compared

union all

select
    'exactly_once' as rule,
    source_system,
    null as currency,
    source_table || ' quantity' as subject,
    accepted_quantity as left_total,
    disposed_quantity as right_total,
    'quantity accepted, and quantity of all dispositions' as note,
    accepted_quantity = disposed_quantity as passed
from compared

union all

select
    'exactly_once' as rule,
    null as source_system,
    null as currency,
    side || ' quantity of lines' as subject,
    line_count as left_total,
    proven_count as right_total,
    'lines whose ' || side || ' quantity is known, and those of which the evidence adds up to it' as note,
    line_count = proven_count as passed
from proven
