with bundles as (
    select * from {{ ref('stg_rules__bundles') }}
),

-- A bundle is in force where it is sold, so nobody has to list the clients that bought it.
sold_lines as (
    select
        client_id,
        product_id
    from {{ ref('billing_lines') }}
    where is_live and bill_mode = 'billable' and billed_quantity > 0
),

products as (
    select * from {{ ref('products') }}
),

run as (
    select * from {{ ref('current_run') }}
),

-- The client's own rule about a component goes before the one for any client.
in_force as (
    select
        sold_lines.client_id,
        bundles.bundle_product_id,
        bundles.component_product_id,
        bundles.units_per_driver,
        bundles.is_driver,
        bundles.rule_id
    from bundles
    cross join run
    inner join sold_lines
        on
            bundles.bundle_product_id = sold_lines.product_id
            and bundles.client_id in (sold_lines.client_id, '*')
    where {{ in_force('bundles.valid_from', 'bundles.valid_to', 'run.cutoff_date') }}
    qualify
        row_number() over (
            partition by sold_lines.client_id, bundles.bundle_product_id, bundles.component_product_id
            order by bundles.client_id = '*', length(bundles.rule_id), bundles.rule_id
        ) = 1
)

select
    in_force.client_id,
    in_force.bundle_product_id,
    in_force.component_product_id,
    in_force.units_per_driver,
    in_force.is_driver,
    in_force.rule_id,
    coalesce(bundle.product_name, in_force.bundle_product_id) as bundle_name,
    coalesce(component.product_name, in_force.component_product_id) as component_name,
    in_force.client_id || '|' || in_force.bundle_product_id || '|*' as bundle_line_key,
    in_force.client_id || '|' || in_force.component_product_id || '|*' as main_line_key,
    in_force.client_id || '|' || in_force.component_product_id || '|*|bundle' as covered_line_key
from in_force
left join products as bundle on in_force.bundle_product_id = bundle.product_id
left join products as component on in_force.component_product_id = component.product_id
