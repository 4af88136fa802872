with restated as (
    select * from {{ ref('restated_quantities') }}
),

client_mappings as (
    select * from {{ ref('client_mappings') }}
    where method != 'split'
),

product_mappings as (
    select * from {{ ref('product_mappings') }}
),

-- The line of the oldest agreement, where a product has several.
homes as (
    select * from {{ ref('line_scopes') }}
    where place = 1
)

select
    coalesce(any_value(homes.line_key), client_mappings.client_id || '|' || product_mappings.product_id || '|*')
        as line_key,
    'source_restated' as flag,
    upper(restated.source_system[1]) || restated.source_system[2:] || ' restated: the '
    || string_agg(
        restated.document || ' said ' || {{ plain_number('restated.quantity_before') }} || ', now says '
        || {{ plain_number('restated.quantity') }},
        '; '
        order by restated.restated_on, restated.document
    ) || '.' as note
from restated
inner join client_mappings
    on
        restated.source_system = client_mappings.source_system
        and restated.account_id = client_mappings.account_id
inner join product_mappings
    on
        restated.source_system = product_mappings.source_system
        and restated.vendor_product_id = product_mappings.vendor_product_id
left join homes
    on
        client_mappings.client_id = homes.client_id
        and product_mappings.product_id = homes.product_id
group by client_mappings.client_id, product_mappings.product_id, restated.source_system
