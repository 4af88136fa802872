{{ config(schema='compare', materialized='view', contract={'enforced': false}) }}

with reconciliation as (
    select * from {{ ref('reconciliation') }}
),

-- Components that stand at 0 beside their bundle are part of the bundle's line, and billed by it.
bundle_children as (
    select
        source_system,
        source_table,
        source_record_id
    from {{ ref('billing_rows_resolved') }}
    where is_bundle_child
),

billing_lines as (
    select billing_lines.*
    from {{ ref('billing_lines') }} as billing_lines
    left join bundle_children
        on
            billing_lines.source_system = bundle_children.source_system
            and billing_lines.source_table = bundle_children.source_table
            and billing_lines.source_record_id = bundle_children.source_record_id
    where
        billing_lines.is_live
        and billing_lines.bill_mode = 'billable'
        and bundle_children.source_record_id is null
),

evidence as (
    select * from {{ ref('evidence') }}
    where disposition = 'counted'
),

assessed as (
    select * from reconciliation
    where is_assessed
),

billed_lines as (
    select
        source_system,
        sum(billed_quantity) as quantity
    from billing_lines
    group by source_system
),

billed_compared as (
    select
        split_part(client_id, ':', 1) as source_system,
        sum(billed_quantity) as quantity
    from reconciliation
    where client_id is not null
    group by split_part(client_id, ':', 1)
),

-- Seats may be bought at several systems, which are added up under the first.
-- A peak, an average or the count of one day is no sum of the closing rows.
counted_rows as (
    select
        assessed.basis_source as source_system,
        sum(evidence.quantity) as quantity
    from evidence
    inner join assessed on evidence.line_key = assessed.line_key
    where
        evidence.side = assessed.basis
        and assessed.counted_when in ('last_day', 'prorated')
    group by assessed.basis_source
),

basis_quantities as (
    select
        basis_source as source_system,
        sum(basis_quantity) as quantity
    from assessed
    where
        line_part in ('main', 'bundle')
        and basis_quantity is not null
        and counted_when in ('last_day', 'prorated')
    group by basis_source
),

controls as (
    select
        'variance_bridge' as rule,
        null as source_system,
        null as currency,
        'client ' || client_key as subject,
        sum(expected_quantity) - sum(billed_quantity) as left_total,
        sum(variance) as right_total,
        'expected less billed of the assessed lines, and their variance' as note
    from assessed
    group by client_key

    union all

    select
        'variance_bridge' as rule,
        null as source_system,
        null as currency,
        'product ' || product_key as subject,
        sum(expected_quantity) - sum(billed_quantity) as left_total,
        sum(variance) as right_total,
        'expected less billed of the assessed lines, and their variance' as note
    from assessed
    group by product_key

    union all

    select
        'variance_bridge' as rule,
        null as source_system,
        null as currency,
        'total' as subject,
        coalesce(sum(expected_quantity) - sum(billed_quantity), 0) as left_total,
        coalesce(sum(variance), 0) as right_total,
        'expected less billed of the assessed lines, and their variance' as note
    from assessed

    union all

    select
        'variance_bridge' as rule,
        coalesce(billed_lines.source_system, billed_compared.source_system) as source_system,
        null as currency,
        'billed' as subject,
        coalesce(billed_lines.quantity, 0) as left_total,
        coalesce(billed_compared.quantity, 0) as right_total,
        'live billing lines, and B of all lines, assessed or not' as note
    from billed_lines
    full join billed_compared on billed_lines.source_system = billed_compared.source_system

    union all

    select
        'variance_bridge' as rule,
        coalesce(counted_rows.source_system, basis_quantities.source_system) as source_system,
        null as currency,
        'basis' as subject,
        coalesce(counted_rows.quantity, 0) as left_total,
        coalesce(basis_quantities.quantity, 0) as right_total,
        'counted vendor rows of assessed lines, and the basis quantity of these lines' as note
    from counted_rows
    full join basis_quantities on counted_rows.source_system = basis_quantities.source_system
)

select
    *,
    left_total = right_total as passed
from controls
