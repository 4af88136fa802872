with subscribed_skus as (
    select * from {{ ref('stg_microsoft_graph__subscribed_skus') }}
),

license_assignments as (
    select distinct vendor_product_id from {{ ref('stg_microsoft_graph__license_assignments') }}
),

pax8_products as (
    select * from {{ ref('stg_pax8__products') }}
),

pax8_subscriptions as (
    select * from {{ ref('stg_pax8__subscriptions') }}
),

pax8_invoice_items as (
    select * from {{ ref('charged_items') }}
),

devices as (
    select * from {{ ref('stg_ninjaone__devices') }}
),

exported_quantities as (
    select * from {{ ref('stg_exports__vendor_quantities') }}
),

-- `rank` says which place knows the product best; rows of lower rank only fill in what is not listed.
named_products as (
    select
        'microsoft_graph' as source_system,
        vendor_product_id,
        sku_part_number as vendor_product_name,
        sku_part_number as part_number,
        cast(null as varchar) as vendor_sku,
        'Microsoft' as vendor_name,
        1 as rank
    from subscribed_skus
    union all by name
    select
        'microsoft_graph' as source_system,
        vendor_product_id,
        'Microsoft' as vendor_name,
        2 as rank
    from license_assignments
    union all by name
    select
        'pax8' as source_system,
        vendor_product_id,
        vendor_product_name,
        part_number,
        vendor_sku,
        vendor_name,
        1 as rank
    from pax8_products
    union all by name
    select
        'pax8' as source_system,
        vendor_product_id,
        vendor_product_name,
        2 as rank
    from pax8_subscriptions
    union all by name
    select
        'pax8' as source_system,
        vendor_product_id,
        vendor_product_name,
        part_number,
        vendor_name,
        3 as rank
    from pax8_invoice_items
    union all by name
    select
        'ninjaone' as source_system,
        vendor_product_id,
        vendor_product_id as vendor_product_name,
        vendor_product_id as part_number,
        'NinjaOne' as vendor_name,
        1 as rank
    from devices
    union all by name
    select
        source_name as source_system,
        vendor_product_id,
        product_name as vendor_product_name,
        product_code as part_number,
        product_code as vendor_sku,
        1 as rank
    from exported_quantities
),

best_named as (
    select
        source_system,
        vendor_product_id,
        arg_min(vendor_product_name, (rank, vendor_product_name)) as vendor_product_name,
        arg_min(part_number, (rank, part_number)) as part_number,
        arg_min(vendor_sku, (rank, vendor_sku)) as vendor_sku,
        arg_min(vendor_name, (rank, vendor_name)) as vendor_name
    from named_products
    where vendor_product_id is not null
    group by source_system, vendor_product_id
),

vendor_products as (
    select
        source_system,
        vendor_product_id,
        coalesce(vendor_product_name, vendor_product_id) as vendor_product_name,
        part_number,
        vendor_sku,
        vendor_name
    from best_named
)

select * from vendor_products
