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
