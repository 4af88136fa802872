{{ config(materialized='ephemeral') }}

-- A bundle and what it covers always stand in one line, and are compared with a driver.
with run as (
    select * from {{ source('control', 'run') }}
)

select distinct
    billing.client_id,
    unnest([trim(bundles.bundle_product_id), trim(bundles.component_product_id)]) as product_id
from {{ source('rules', 'bundles') }} as bundles
cross join run
inner join {{ ref('recomputed_billing') }} as billing
    on
        trim(bundles.bundle_product_id) = billing.product_id
        and trim(bundles.client_id) in ('*', billing.client_id)
where {{ holds('bundles') }}
