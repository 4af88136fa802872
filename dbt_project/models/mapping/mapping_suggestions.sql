with client_candidates as (
    select * from {{ ref('client_candidates') }}
),

product_candidates as (
    select * from {{ ref('product_candidates') }}
),

client_mappings as (
    select * from {{ ref('client_mappings') }}
),

product_mappings as (
    select * from {{ ref('product_mappings') }}
),

open_clients as (
    select
        'client' as kind,
        client_candidates.source_system,
        client_candidates.account_id as left_id,
        client_candidates.account_name as left_name,
        client_candidates.client_id as right_id,
        client_candidates.client_name as right_name,
        client_candidates.method,
        client_candidates.score,
        client_candidates.reasons,
        client_candidates.is_unambiguous
    from client_candidates
    left join client_mappings
        on
            client_candidates.source_system = client_mappings.source_system
            and client_candidates.account_id = client_mappings.account_id
    where client_mappings.account_id is null
),

open_products as (
    select
        'product' as kind,
        product_candidates.source_system,
        product_candidates.vendor_product_id as left_id,
        product_candidates.vendor_product_name as left_name,
        product_candidates.product_id as right_id,
        product_candidates.product_name as right_name,
        product_candidates.method,
        product_candidates.score,
        product_candidates.reasons,
        product_candidates.is_unambiguous
    from product_candidates
    left join product_mappings
        on
            product_candidates.source_system = product_mappings.source_system
            and product_candidates.vendor_product_id = product_mappings.vendor_product_id
    where product_mappings.vendor_product_id is null
),

suggestions as (
    select * from open_clients
    union all
    select * from open_products
)

select * from suggestions
