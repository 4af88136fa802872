-- Fails with each client and product whose B is not the sum of its live, billable lines.
-- It does not assert which lines are live: that is the canonical layer's to say.
{{ config(meta={'dagster': {'ref': {'name': 'reconciliation'}}}) }}

-- What a bundle covers and the PSA spells out at 0 is billed by the bundle's own line.
with bundle_children as (
    select
        source_system,
        source_table,
        source_record_id
    from {{ ref('billing_rows_resolved') }}
    where is_bundle_child
),

billing_lines as (
    select
        billing_lines.client_id,
        billing_lines.product_id,
        sum(billing_lines.billed_quantity) as quantity
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
    group by billing_lines.client_id, billing_lines.product_id
),

reconciliation as (
    select
        client_id,
        product_id,
        sum(billed_quantity) as quantity
    from {{ ref('reconciliation') }}
    where client_id is not null and product_id is not null
    group by client_id, product_id
)

select
    coalesce(billing_lines.client_id, reconciliation.client_id) as client_id,
    coalesce(billing_lines.product_id, reconciliation.product_id) as product_id,
    billing_lines.quantity as line_quantity,
    reconciliation.quantity as compared_quantity
from billing_lines
full join reconciliation
    on
        billing_lines.client_id = reconciliation.client_id
        and billing_lines.product_id = reconciliation.product_id
where coalesce(billing_lines.quantity, 0) != coalesce(reconciliation.quantity, 0)
