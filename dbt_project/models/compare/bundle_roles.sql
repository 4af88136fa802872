with bundles as (
    select * from {{ ref('bundles_in_force') }}
)

-- A bundle has no component that is a bundle itself (such rules are refused), so a product has one role at a client.
select
    client_id,
    component_product_id as product_id,
    'component' as role,
    min(component_name) as product_name,
    min(main_line_key) as main_line_key,
    min(covered_line_key) as covered_line_key,
    string_agg(bundle_name, ' and ' order by bundle_name) as bundles_text
from bundles
group by client_id, component_product_id

union all

select
    client_id,
    bundle_product_id as product_id,
    'bundle' as role,
    min(bundle_name) as product_name,
    min(bundle_line_key) as main_line_key,
    null as covered_line_key,
    coalesce(min(component_name) filter (where is_driver), 'no driver') as bundles_text
from bundles
group by client_id, bundle_product_id
