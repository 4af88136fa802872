with rules as (
    select * from {{ ref('stg_rules__product_map') }}
),

vendor_products as (
    select * from {{ ref('vendor_products') }}
),

products as (
    select * from {{ ref('products') }}
),

run as (
    select * from {{ ref('current_run') }}
),

rule_matches as (
    select
        rules.source_system,
        rules.vendor_product_id,
        rules.product_id,
        -- A person may confirm what is no more than a likeness of names; the lines then say so.
        case when rules.method = 'name' then 'name' else 'rule' end as method,
        rules.confirmed_by,
        rules.confirmed_at,
        rules.valid_from,
        rules.valid_to,
        coalesce(rules.reason, 'confirmed rule') as reasons,
        rules.rule_id
    from rules
    inner join products on rules.product_id = products.product_id
    cross join run
    where {{ in_force('rules.valid_from', 'rules.valid_to', 'run.cutoff_date') }}
    qualify
        row_number() over (
            partition by rules.source_system, rules.vendor_product_id
            order by rules.valid_from desc, rules.rule_id asc
        ) = 1
),

sold_items as (
    select * from {{ ref('sold_items') }}
),

-- A SKU that two live catalogue items carry proves nothing, unless the two are one product.
catalogue_skus as (
    select
        upper(products.vendor_sku) as vendor_sku,
        min(coalesce(sold_items.product_id, products.product_id)) as product_id
    from products
    left join sold_items on products.product_id = sold_items.item_id
    where products.source_system = 'connectwise' and products.is_active and products.vendor_sku is not null
    group by upper(products.vendor_sku)
    having count(distinct coalesce(sold_items.product_id, products.product_id)) = 1
),

id_matches as (
    select
        vendor_products.source_system,
        vendor_products.vendor_product_id,
        catalogue_skus.product_id,
        'id' as method,
        'identifier' as confirmed_by,
        cast(null as date) as confirmed_at,
        cast(null as date) as valid_from,
        cast(null as date) as valid_to,
        'vendor SKU ' || vendor_products.vendor_sku as reasons,
        cast(null as varchar) as rule_id
    from vendor_products
    inner join catalogue_skus on upper(vendor_products.vendor_sku) = catalogue_skus.vendor_sku
    where vendor_products.source_system = 'pax8'
),

confirmations as (
    select * from rule_matches
    union all
    select id_matches.*
    from id_matches
    left join rule_matches
        on
            id_matches.source_system = rule_matches.source_system
            and id_matches.vendor_product_id = rule_matches.vendor_product_id
    where rule_matches.vendor_product_id is null
),

product_confirmations as (
    select
        *,
        cast(1 as decimal(5, 4)) as score
    from confirmations
)

select * from product_confirmations
