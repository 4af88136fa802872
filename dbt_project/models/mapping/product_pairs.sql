with open_vendor_products as (
    select * from {{ ref('open_vendor_products') }}
),

product_keys as (
    select * from {{ ref('product_keys') }}
),

vendor_codes as (
    select distinct
        source_system,
        vendor_product_id,
        upper(unnest([vendor_product_id, part_number, vendor_sku])) as code
    from open_vendor_products
),

product_codes as (
    select distinct
        product_id,
        upper(unnest([product_code, manufacturer_part_number, vendor_sku])) as code
    from product_keys
),

open_blocks as (
    select
        source_system,
        vendor_product_id,
        unnest({{ name_blocks('name_key') }}) as block
    from open_vendor_products
),

product_blocks as (
    select
        product_id,
        unnest({{ name_blocks('name_key') }}) as block
    from product_keys
),

telling_blocks as (
    select block from product_blocks
    group by block
    having count(*) <= 200
),

paired_ids as (
    select
        vendor_codes.source_system,
        vendor_codes.vendor_product_id,
        product_codes.product_id,
        max(vendor_codes.code) as code
    from vendor_codes
    inner join product_codes on vendor_codes.code = product_codes.code
    group by vendor_codes.source_system, vendor_codes.vendor_product_id, product_codes.product_id
    union all
    select distinct
        open_blocks.source_system,
        open_blocks.vendor_product_id,
        product_blocks.product_id,
        cast(null as varchar) as code
    from open_blocks
    inner join product_blocks on open_blocks.block = product_blocks.block
    inner join telling_blocks on product_blocks.block = telling_blocks.block
    union all
    select
        open_vendor_products.source_system,
        open_vendor_products.vendor_product_id,
        product_keys.product_id,
        cast(null as varchar) as code
    from open_vendor_products
    inner join product_keys on open_vendor_products.name_key = product_keys.name_key
),

product_pairs as (
    select
        paired_ids.source_system,
        paired_ids.vendor_product_id,
        paired_ids.product_id,
        paired_ids.code,
        open_vendor_products.folded = product_keys.folded as is_same_name,
        open_vendor_products.name_key = product_keys.name_key as is_same_key,
        coalesce(
            upper(open_vendor_products.vendor_product_name) = paired_ids.code
            and regexp_matches(paired_ids.code, '[A-Z]'),
            false
        ) as is_code_as_name,
        open_vendor_products.telling_words = product_keys.telling_words as is_same_edition,
        jaro_winkler_similarity(open_vendor_products.name_key, product_keys.name_key) as similarity
    from paired_ids
    inner join open_vendor_products
        on
            paired_ids.source_system = open_vendor_products.source_system
            and paired_ids.vendor_product_id = open_vendor_products.vendor_product_id
    inner join product_keys on paired_ids.product_id = product_keys.product_id
)

select * from product_pairs
