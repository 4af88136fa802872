with vendor_accounts as (
    select * from {{ ref('vendor_accounts') }}
),

client_mappings as (
    select * from {{ ref('client_mappings') }}
)

select
    vendor_accounts.source_system,
    vendor_accounts.account_id,
    vendor_accounts.account_name
from vendor_accounts
left join client_mappings
    on
        vendor_accounts.source_system = client_mappings.source_system
        and vendor_accounts.account_id = client_mappings.account_id
where
    client_mappings.client_id is null
    and coalesce(vendor_accounts.is_active, true)
