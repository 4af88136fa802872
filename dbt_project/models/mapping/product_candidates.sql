with open_vendor_products as (
    select * from {{ ref('open_vendor_products') }}
),

product_keys as (
    select * from {{ ref('product_keys') }}
),

product_pairs as (
    select * from {{ ref('product_pairs') }}
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
                        -- A file that has nothing but the code for a name contradicts nothing.
                        when is_code_as_name then 1.0000
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
    from product_pairs
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
),

product_candidates as (
    select
        candidates.source_system,
        candidates.vendor_product_id,
        open_vendor_products.vendor_product_name,
        candidates.product_id,
        product_keys.product_name,
        candidates.method,
        candidates.score,
        candidates.reasons,
        {{ is_unambiguous('candidates.source_system, candidates.vendor_product_id', 'candidates.score') }}
            as is_unambiguous
    from candidates
    inner join open_vendor_products
        on
            candidates.source_system = open_vendor_products.source_system
            and candidates.vendor_product_id = open_vendor_products.vendor_product_id
    inner join product_keys on candidates.product_id = product_keys.product_id
)

select * from product_candidates
