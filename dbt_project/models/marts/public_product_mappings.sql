{{ config(alias='product_mappings') }}

with mappings as (
    select * from {{ ref('product_mappings') }}
)

select
    mapping_id,
    source_system,
    vendor_product_id,
    vendor_product_name,
    product_id,
    product_name,
    method,
    cast(score as decimal(5, 4)) as score,
    confirmed_by,
    confirmed_at,
    valid_from,
    valid_to,
    reasons,
    rule_id
from mappings
order by mapping_id
