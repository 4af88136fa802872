with accounts as (
    select * from {{ ref('vendor_accounts') }}
),

confirmations as (
    select * from {{ ref('client_confirmations') }}
),

shared_accounts as (
    select * from {{ ref('shared_accounts') }}
),

open_accounts as (
    select
        accounts.source_system,
        accounts.account_id,
        accounts.account_name,
        accounts.domain,
        accounts.tenant_id,
        accounts.external_id,
        {{ fold('accounts.account_name') }} as folded,
        {{ company_key(fold('accounts.account_name')) }} as name_key
    from accounts
    left join confirmations
        on accounts.source_system = confirmations.source_system and accounts.account_id = confirmations.account_id
    left join shared_accounts
        on accounts.source_system = shared_accounts.source_system and accounts.account_id = shared_accounts.account_id
    where confirmations.account_id is null and shared_accounts.account_id is null
)

select * from open_accounts
