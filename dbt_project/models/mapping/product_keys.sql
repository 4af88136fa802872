with products as (
    select * from {{ ref('products') }}
),

product_keys as (
    select
        *,
        {{ fold('product_name') }} as folded,
        {{ product_key(fold('product_name')) }} as name_key,
        {{ telling_words(product_key(fold('product_name'))) }} as telling_words
    from products
    where is_active
)

select * from product_keys
