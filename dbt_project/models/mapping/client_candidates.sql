with open_accounts as (
    select * from {{ ref('open_accounts') }}
),

client_keys as (
    select * from {{ ref('client_keys') }}
),

near_client_names as (
    select * from {{ ref('near_client_names') }}
),

same_client_ids as (
    select * from {{ ref('same_client_ids') }}
),

same_name as (
    select
        open_accounts.source_system,
        open_accounts.account_id,
        client_keys.client_id,
        'name' as method,
        case when open_accounts.folded = client_keys.folded then 1.0000 else 0.9700 end as score,
        case
            when open_accounts.folded = client_keys.folded then 'same name'
            else 'same name but for legal form or article'
        end as reason
    from open_accounts
    inner join client_keys on open_accounts.name_key = client_keys.name_key
),

same_domain as (
    select
        open_accounts.source_system,
        open_accounts.account_id,
        client_keys.client_id,
        'domain' as method,
        0.9600 as score,
        'same domain ' || open_accounts.domain as reason
    from open_accounts
    inner join client_keys on open_accounts.domain = client_keys.domain
    where
        {{ is_own_domain('open_accounts.domain') }}
),

hints as (
    select * from same_name
    union all
    select * from same_domain
    union all
    select * from same_client_ids
    union all
    select * from near_client_names
),

candidates as (
    select
        source_system,
        account_id,
        client_id,
        arg_max(method, (score, method)) as method,
        cast(max(score) as decimal(5, 4)) as score,
        string_agg(reason, '; ' order by score desc, reason asc) as reasons
    from hints
    group by source_system, account_id, client_id
),

client_candidates as (
    select
        candidates.source_system,
        candidates.account_id,
        open_accounts.account_name,
        candidates.client_id,
        client_keys.client_name,
        candidates.method,
        candidates.score,
        candidates.reasons,
        {{ is_unambiguous('candidates.source_system, candidates.account_id', 'candidates.score') }} as is_unambiguous
    from candidates
    inner join open_accounts
        on candidates.source_system = open_accounts.source_system and candidates.account_id = open_accounts.account_id
    inner join client_keys on candidates.client_id = client_keys.client_id
)

select * from client_candidates
