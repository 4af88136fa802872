with vendor_products as (
    select * from {{ ref('vendor_products') }}
),

confirmations as (
    select * from {{ ref('product_confirmations') }}
),

open_vendor_products as (
    select
        vendor_products.*,
        {{ fold('vendor_products.vendor_product_name') }} as folded,
        {{ product_key(fold('vendor_products.vendor_product_name')) }} as name_key,
        {{ telling_words(product_key(fold('vendor_products.vendor_product_name'))) }} as telling_words
    from vendor_products
    left join confirmations
        on
            vendor_products.source_system = confirmations.source_system
            and vendor_products.vendor_product_id = confirmations.vendor_product_id
    where confirmations.vendor_product_id is null
)

select * from open_vendor_products
