with open_accounts as (
    select * from {{ ref('open_accounts') }}
),

open_vendor_products as (
    select * from {{ ref('open_vendor_products') }}
),

vendor_accounts as (
    select * from {{ ref('vendor_accounts') }}
),

client_mappings as (
    select * from {{ ref('client_mappings') }}
),

product_mappings as (
    select * from {{ ref('product_mappings') }}
),

-- An audit accepts names: what it accepted waits for nobody.
clients_wanted as (
    select
        'client' as kind,
        open_accounts.source_system,
        open_accounts.account_id as left_id,
        open_accounts.account_name as left_name,
        open_accounts.domain,
        open_accounts.tenant_id,
        open_accounts.external_id,
        coalesce(vendor_accounts.is_active, true) as is_active
    from open_accounts
    inner join vendor_accounts
        on
            open_accounts.source_system = vendor_accounts.source_system
            and open_accounts.account_id = vendor_accounts.account_id
    left join client_mappings
        on
            open_accounts.source_system = client_mappings.source_system
            and open_accounts.account_id = client_mappings.account_id
    where client_mappings.account_id is null
),

products_wanted as (
    select
        'product' as kind,
        open_vendor_products.source_system,
        open_vendor_products.vendor_product_id as left_id,
        open_vendor_products.vendor_product_name as left_name,
        open_vendor_products.part_number,
        open_vendor_products.vendor_sku,
        open_vendor_products.vendor_name,
        -- A distributor's whole catalogue is open: only what is held asks for a mapping.
        false as is_active
    from open_vendor_products
    left join product_mappings
        on
            open_vendor_products.source_system = product_mappings.source_system
            and open_vendor_products.vendor_product_id = product_mappings.vendor_product_id
    where product_mappings.vendor_product_id is null
),

open_mappings as (
    select * from clients_wanted
    union all by name
    select * from products_wanted
)

select * from open_mappings
