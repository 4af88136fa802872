with unmapped_rows as (
    select
        client_id,
        source_system,
        vendor_product_id,
        side,
        quantity
    from {{ ref('vendor_rows_resolved') }}
    where resolution = 'unmapped_product' and product_id is null and quantity > 0
),

-- The sides repeat each other, so the units of a product are those of its largest side.
by_side as (
    select
        client_id,
        source_system,
        vendor_product_id,
        side,
        sum(quantity) as quantity
    from unmapped_rows
    group by client_id, source_system, vendor_product_id, side
),

by_product as (
    select
        client_id,
        source_system,
        vendor_product_id,
        max(quantity) as quantity
    from by_side
    group by client_id, source_system, vendor_product_id
)

select
    client_id,
    source_system,
    ' ' || source_system || ' has ' || {{ plain_number('sum(quantity)') }} || ' of '
    || case when count(*) = 1 then 'a product that is' else count(*) || ' products that are' end
    || ' not mapped at this client: ' || case when count(*) = 1 then 'it' else 'one of them' end
    || ' may be this product.' as note
from by_product
group by client_id, source_system
