{{ config(materialized='view') }}

with tenant_skus as (
    select * from {{ ref('tenant_skus_microsoft_graph') }}
    where owned_fault is not null or used_fault is not null
),

sides as (
    select
        'microsoft_graph' as source_system,
        account_id,
        vendor_product_id,
        unnest(['owned', 'used']) as side,
        unnest([owned_fault, used_fault]) as fault
    from tenant_skus
)

select * from sides
where fault is not null
