with catalog as (
    select * from {{ ref('stg_connectwise__catalog') }}
),

additions as (
    select * from {{ ref('stg_connectwise__additions') }}
),

exported_lines as (
    select * from {{ ref('stg_exports__billing_lines') }}
),

catalog_products as (
    select
        product_id,
        'connectwise' as source_system,
        product_code,
        coalesce(description, customer_description, product_code, product_id) as product_name,
        vendor_sku,
        manufacturer_part_number,
        unit,
        {{ monthly_price('price', 'months') }} as list_price,
        {{ monthly_price('cost', 'months') }} as list_cost,
        not is_inactive as is_active
    from (
        select
            *,
            case when is_recurring then {{ cycle_months_of('billing_cycle') }} else 1 end as months
        from catalog
    )
),

-- A line may carry a product that the catalogue no longer shows; it must keep a name, and never maps by SKU.
uncatalogued_products as (
    select
        additions.product_id,
        'connectwise' as source_system,
        min(additions.product_code) as product_code,
        coalesce(min(additions.product_code), additions.product_id) as product_name,
        cast(null as varchar) as vendor_sku,
        cast(null as varchar) as manufacturer_part_number,
        min(additions.unit) as unit,
        cast(null as decimal(18, 6)) as list_price,
        cast(null as decimal(18, 6)) as list_cost,
        false as is_active
    from additions
    left join catalog on additions.product_id = catalog.product_id
    where catalog.product_id is null and additions.product_id is not null
    group by additions.product_id
),

exported_products as (
    select
        product_id,
        min(source_name) as source_system,
        min(product_code) as product_code,
        coalesce(arg_min(product_name, source_record_id), min(product_code), product_id) as product_name,
        cast(null as varchar) as vendor_sku,
        cast(null as varchar) as manufacturer_part_number,
        cast(null as varchar) as unit,
        cast(null as decimal(18, 6)) as list_price,
        cast(null as decimal(18, 6)) as list_cost,
        true as is_active
    from exported_lines
    where product_id is not null
    group by product_id
),

products as (
    select * from catalog_products
    union all by name
    select * from uncatalogued_products
    union all by name
    select * from exported_products
)

select * from products
