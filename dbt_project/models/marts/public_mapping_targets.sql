{{ config(alias='mapping_targets') }}

with targets as (
    select * from {{ ref('mapping_targets') }}
)

select
    kind,
    source_system,
    right_id,
    right_name,
    domain,
    tenant_id,
    product_code,
    vendor_sku,
    manufacturer_part_number,
    cast(list_price as decimal(18, 6)) as list_price
from targets
order by kind, right_id
