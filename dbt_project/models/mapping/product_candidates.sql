with vendor_products as (
    select * from {{ ref('vendor_products') }}
),

products as (
    select * from {{ ref('products') }}
),

confirmations as (
    select * from {{ ref('product_confirmations') }}
),

open_products as (
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
),

live_products as (
    select
        *,
        {{ fold('product_name') }} as folded,
        {{ product_key(fold('product_name')) }} as name_key,
        {{ telling_words(product_key(fold('product_name'))) }} as telling_words
    from products
    where is_active
),

vendor_codes as (
    select distinct
        source_system,
        vendor_product_id,
        upper(unnest([vendor_product_id, part_number, vendor_sku])) as code
    from open_products
),

product_codes as (
    select distinct
        product_id,
        upper(unnest([product_code, manufacturer_part_number, vendor_sku])) as code
    from live_products
),

open_blocks as (
    select
        source_system,
        vendor_product_id,
        unnest({{ name_blocks('name_key') }}) as block
    from open_products
),

product_blocks as (
    select
        product_id,
        unnest({{ name_blocks('name_key') }}) as block
    from live_products
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
        open_products.source_system,
        open_products.vendor_product_id,
        live_products.product_id,
        cast(null as varchar) as code
    from open_products
    inner join live_products on open_products.name_key = live_products.name_key
),

compared as (
    select
        paired_ids.source_system,
        paired_ids.vendor_product_id,
        paired_ids.product_id,
        paired_ids.code,
        open_products.folded = live_products.folded as is_same_name,
        open_products.name_key = live_products.name_key as is_same_key,
        open_products.telling_words = live_products.telling_words as is_same_edition,
        jaro_winkler_similarity(open_products.name_key, live_products.name_key) as similarity
    from paired_ids
    inner join open_products
        on
            paired_ids.source_system = open_products.source_system
            and paired_ids.vendor_product_id = open_products.vendor_product_id
    inner join live_products on paired_ids.product_id = live_products.product_id
),

-- A bare number is no SKU, and a code whose names speak of different editions is a doubt, not a match.
hints as (
    select
        source_system,
        vendor_product_id,
        product_id,
        case when code is not null then 'code' when is_same_key then 'name' else 'near name' end as method,
        case
            when code is not null
                then
                    case
                        when is_same_name then 1.0000
                        when regexp_matches(code, '[A-Z]') and (is_same_edition or similarity < 0.6) then 1.0000
                        else 0.9000
                    end
            when is_same_name then 1.0000
            when is_same_key then 0.9700
            else 0.95 * similarity
        end as score,
        case
            when code is not null then 'same code ' || code
            when is_same_name then 'same name'
            when is_same_key then 'same name but for usual variations'
            else 'similar name, same edition'
        end as reason
    from compared
    where code is not null or is_same_key or (is_same_edition and similarity >= 0.88)
),

candidates as (
    select
        source_system,
        vendor_product_id,
        product_id,
        arg_max(method, (score, method)) as method,
        cast(max(score) as decimal(5, 4)) as score,
        string_agg(distinct reason, '; ' order by reason) as reasons
    from hints
    group by source_system, vendor_product_id, product_id
)

select
    candidates.source_system,
    candidates.vendor_product_id,
    open_products.vendor_product_name,
    candidates.product_id,
    live_products.product_name,
    candidates.method,
    candidates.score,
    candidates.reasons,
    {{ is_unambiguous('candidates.source_system, candidates.vendor_product_id', 'candidates.score') }}
        as is_unambiguous
from candidates
inner join open_products
    on
        candidates.source_system = open_products.source_system
        and candidates.vendor_product_id = open_products.vendor_product_id
inner join live_products on candidates.product_id = live_products.product_id
