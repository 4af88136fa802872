with open_accounts as (
    select * from {{ ref('open_accounts') }}
),

client_keys as (
    select * from {{ ref('client_keys') }}
),

-- One join for each kind of id: joined by "or" DuckDB compares every account with every client.
shared as (
    select
        open_accounts.source_system,
        open_accounts.account_id,
        client_keys.client_id
    from open_accounts
    inner join client_keys on open_accounts.tenant_id = client_keys.tenant_id

    union

    select
        open_accounts.source_system,
        open_accounts.account_id,
        client_keys.client_id
    from open_accounts
    inner join client_keys on open_accounts.external_id = client_keys.source_client_id
    where open_accounts.source_system = 'pax8'

    union

    select
        open_accounts.source_system,
        open_accounts.account_id,
        client_keys.client_id
    from open_accounts
    inner join client_keys on open_accounts.account_id = client_keys.source_client_id
    where client_keys.source_system <> 'connectwise'
),

-- Ids that agree without being unique, and numbers that two exports happen to share, are hints: two systems count from
-- one on their own.
same_client_ids as (
    select
        shared.source_system,
        shared.account_id,
        shared.client_id,
        'id' as method,
        case
            when
                jaro_winkler_similarity(open_accounts.name_key, client_keys.name_key) >= 0.9
                and client_keys.source_system <> 'connectwise'
                then 1.0000
            else 0.9000
        end as score,
        'same id, which alone proves nothing here' as reason
    from shared
    inner join open_accounts
        on shared.source_system = open_accounts.source_system and shared.account_id = open_accounts.account_id
    inner join client_keys on shared.client_id = client_keys.client_id
)

select * from same_client_ids
