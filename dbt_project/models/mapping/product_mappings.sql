with confirmations as (
    select * from {{ ref('product_confirmations') }}
),

candidates as (
    select * from {{ ref('product_candidates') }}
),

vendor_products as (
    select * from {{ ref('vendor_products') }}
),

products as (
    select * from {{ ref('products') }}
),

sold_items as (
    select * from {{ ref('sold_items') }}
),

run as (
    select * from {{ ref('current_run') }}
),

-- Only an audit of two exports sets a score: there nobody has confirmed anything yet, and the report says so.
accepted_names as (
    select
        candidates.source_system,
        candidates.vendor_product_id,
        candidates.product_id,
        'name' as method,
        'score of at least ' || run.accept_name_score as confirmed_by,
        cast(null as date) as confirmed_at,
        cast(null as date) as valid_from,
        cast(null as date) as valid_to,
        candidates.reasons,
        cast(null as varchar) as rule_id,
        candidates.score
    from candidates
    inner join run on candidates.score >= run.accept_name_score
    where candidates.is_unambiguous
),

found as (
    select * from confirmations
    union all
    select * from accepted_names
),

-- What is mapped to an item is mapped to the product that the item is.
mappings as (
    select found.* replace (coalesce(sold_items.product_id, found.product_id) as product_id)
    from found
    left join sold_items on found.product_id = sold_items.item_id
),

product_mappings as (
    select
        'product|' || mappings.source_system || '|' || mappings.vendor_product_id || '|' || mappings.product_id
            as mapping_id,
        mappings.source_system,
        mappings.vendor_product_id,
        vendor_products.vendor_product_name,
        mappings.product_id,
        products.product_name,
        mappings.method,
        mappings.score,
        mappings.confirmed_by,
        mappings.confirmed_at,
        mappings.valid_from,
        mappings.valid_to,
        mappings.reasons,
        mappings.rule_id
    from mappings
    inner join products on mappings.product_id = products.product_id
    left join vendor_products
        on
            mappings.source_system = vendor_products.source_system
            and mappings.vendor_product_id = vendor_products.vendor_product_id
)

select * from product_mappings
