-- Fails with each line of a part of a bundle that a client buys, where nothing of the part stands under the bundle.
-- It does not assert how many are covered: the bundle's driver says that.
{{ config(meta={'dagster': {'ref': {'name': 'reconciliation'}}}) }}

with run as (
    select * from {{ source('control', 'run') }}
),

parts as (
    select distinct
        billing.client_id,
        trim(bundles.component_product_id) as product_id
    from {{ source('rules', 'bundles') }} as bundles
    cross join run
    inner join {{ ref('recomputed_billing') }} as billing
        on
            trim(bundles.bundle_product_id) = billing.product_id
            and trim(bundles.client_id) in ('*', billing.client_id)
    where {{ holds('bundles') }}
)

select lines.line_key
from {{ ref('reconciliation') }} as lines
semi join parts on lines.client_id = parts.client_id and lines.product_id = parts.product_id
anti join {{ ref('reconciliation') }} as covered
    on
        lines.client_id = covered.client_id
        and lines.product_id = covered.product_id
        and covered.line_part = 'bundle'
where lines.line_part = 'main' and lines.basis_quantity > 0
