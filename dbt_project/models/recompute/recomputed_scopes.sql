{{ config(materialized='ephemeral') }}

-- An agreement that a rule names stands in a line of its own, for the product that the rule names or for all.
with named_agreements as (
    select distinct
        client_id,
        agreement_id,
        product_id
    from {{ ref('recomputed_terms') }}
    where agreement_id != '*'
),

bundled as (
    select * from {{ ref('recomputed_bundles') }}
),

said_keys as (
    select line_key from {{ ref('reconciliation') }}
)

select
    billing.*,
    case when said_keys.line_key is null then '*' else billing.agreement_id end as scope
from {{ ref('recomputed_billing') }} as billing
left join named_agreements as of_product
    on
        billing.client_id = of_product.client_id
        and billing.agreement_id = of_product.agreement_id
        and billing.product_id = of_product.product_id
left join named_agreements as of_all
    on
        billing.client_id = of_all.client_id
        and billing.agreement_id = of_all.agreement_id
        and of_all.product_id = '*'
left join bundled on billing.client_id = bundled.client_id and billing.product_id = bundled.product_id
-- Where the run has no such line, its units must stand in the line of the other agreements.
left join said_keys
    on
        billing.client_id || '|' || billing.product_id || '|' || billing.agreement_id = said_keys.line_key
        and bundled.product_id is null
        and coalesce(of_product.agreement_id, of_all.agreement_id) is not null
