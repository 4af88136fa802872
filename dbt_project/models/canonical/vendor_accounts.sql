with accounts as (
    select * from {{ ref('accounts_microsoft_graph') }}
    union all by name
    select * from {{ ref('accounts_pax8') }}
    union all by name
    select * from {{ ref('accounts_ninjaone') }}
    union all by name
    select * from {{ ref('accounts_exports') }}
),

vendor_accounts as (
    select
        source_system,
        account_id,
        coalesce(account_name, account_id) as account_name,
        domain,
        external_id,
        tenant_id,
        is_active
    from accounts
)

select * from vendor_accounts
