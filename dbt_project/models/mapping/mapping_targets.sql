with client_keys as (
    select * from {{ ref('client_keys') }}
),

product_keys as (
    select * from {{ ref('product_keys') }}
),

targets as (
    select
        'client' as kind,
        source_system,
        client_id as right_id,
        client_name as right_name,
        domain,
        tenant_id
    from client_keys
    union all by name
    select
        'product' as kind,
        source_system,
        product_id as right_id,
        product_name as right_name,
        product_code,
        vendor_sku,
        manufacturer_part_number,
        list_price
    from product_keys
)

select * from targets
