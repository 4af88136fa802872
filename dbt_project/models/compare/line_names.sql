{{ config(materialized='view') }}

with lines as (
    select * from {{ ref('lines') }}
),

clients as (
    select * from {{ ref('clients') }}
),

products as (
    select * from {{ ref('products') }}
),

vendor_accounts as (
    select * from {{ ref('vendor_accounts') }}
),

vendor_products as (
    select * from {{ ref('vendor_products') }}
)

-- A line without client is called by the vendor's own name for the account, so that a person can recognise it.
select
    lines.line_key,
    lines.line_part,
    case
        when lines.client_id is null then coalesce(vendor_accounts.account_name, lines.client_key)
        else coalesce(clients.client_name, lines.client_id)
    end as client_name,
    case
        when lines.product_id is not null then coalesce(products.product_name, lines.product_id)
        else coalesce(vendor_products.vendor_product_name, vendor_products.part_number, lines.product_key)
    end as product_name,
    vendor_accounts.account_name,
    coalesce(vendor_products.vendor_product_name, vendor_products.part_number) as vendor_product_name,
    products.unit
from lines
left join clients on lines.client_id = clients.client_id
left join products on lines.product_id = products.product_id
left join vendor_accounts
    on
        lines.source_system = vendor_accounts.source_system
        and lines.account_id = vendor_accounts.account_id
left join vendor_products
    on
        lines.source_system = vendor_products.source_system
        and lines.vendor_product_id = vendor_products.vendor_product_id
