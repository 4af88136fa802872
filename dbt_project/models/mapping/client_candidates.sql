with accounts as (
    select * from {{ ref('vendor_accounts') }}
),

clients as (
    select * from {{ ref('clients') }}
),

confirmations as (
    select * from {{ ref('client_confirmations') }}
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
    where confirmations.account_id is null
),

living_clients as (
    select
        client_id,
        source_system,
        source_client_id,
        client_name,
        domain,
        tenant_id,
        {{ fold('client_name') }} as folded,
        {{ company_key(fold('client_name')) }} as name_key
    from clients
    where not is_deleted and client_kind <> 'vendor'
),

account_blocks as (
    select
        source_system,
        account_id,
        unnest({{ name_blocks('name_key') }}) as block
    from open_accounts
),

client_blocks as (
    select
        client_id,
        unnest({{ name_blocks('name_key') }}) as block
    from living_clients
),

telling_blocks as (
    select block from client_blocks
    group by block
    having count(*) <= 100
),

near_ids as (
    select distinct
        account_blocks.source_system,
        account_blocks.account_id,
        client_blocks.client_id
    from account_blocks
    inner join client_blocks on account_blocks.block = client_blocks.block
    inner join telling_blocks on client_blocks.block = telling_blocks.block
),

same_name as (
    select
        open_accounts.source_system,
        open_accounts.account_id,
        living_clients.client_id,
        'name' as method,
        case when open_accounts.folded = living_clients.folded then 1.0000 else 0.9700 end as score,
        case
            when open_accounts.folded = living_clients.folded then 'same name'
            else 'same name but for legal form or article'
        end as reason
    from open_accounts
    inner join living_clients on open_accounts.name_key = living_clients.name_key
),

same_domain as (
    select
        open_accounts.source_system,
        open_accounts.account_id,
        living_clients.client_id,
        'domain' as method,
        0.9600 as score,
        'same domain ' || open_accounts.domain as reason
    from open_accounts
    inner join living_clients on open_accounts.domain = living_clients.domain
    where
        open_accounts.domain not in (
            'gmail.com', 'googlemail.com', 'outlook.com', 'hotmail.com', 'live.com', 'yahoo.com', 'icloud.com', 'aol.com',
            'gmx.de', 'gmx.net', 'web.de', 'facebook.com', 'linkedin.com'
        )
),

-- Ids that agree without being unique, and numbers that two exports happen to share, are hints: two systems count from
-- one on their own.
same_id as (
    select
        open_accounts.source_system,
        open_accounts.account_id,
        living_clients.client_id,
        'id' as method,
        case
            when
                jaro_winkler_similarity(open_accounts.name_key, living_clients.name_key) >= 0.9
                and living_clients.source_system <> 'connectwise'
                then 1.0000
            else 0.9000
        end as score,
        'same id, which alone proves nothing here' as reason
    from open_accounts
    inner join living_clients
        on
            open_accounts.tenant_id = living_clients.tenant_id
            or (open_accounts.source_system = 'pax8' and open_accounts.external_id = living_clients.source_client_id)
            or (living_clients.source_system <> 'connectwise' and open_accounts.account_id = living_clients.source_client_id)
),

near_name as (
    select
        near_ids.source_system,
        near_ids.account_id,
        near_ids.client_id,
        'near name' as method,
        0.95 * jaro_winkler_similarity(open_accounts.name_key, living_clients.name_key) as score,
        'similar name' as reason
    from near_ids
    inner join open_accounts
        on near_ids.source_system = open_accounts.source_system and near_ids.account_id = open_accounts.account_id
    inner join living_clients on near_ids.client_id = living_clients.client_id
    where
        open_accounts.name_key <> living_clients.name_key
        and jaro_winkler_similarity(open_accounts.name_key, living_clients.name_key) >= 0.9
        and {{ numbered_words('open_accounts.name_key') }} = {{ numbered_words('living_clients.name_key') }}
),

hints as (
    select * from same_name
    union all
    select * from same_domain
    union all
    select * from same_id
    union all
    select * from near_name
),

candidates as (
    select
        source_system,
        account_id,
        client_id,
        arg_max(method, (score, method)) as method,
        cast(max(score) as decimal(5, 4)) as score,
        string_agg(reason, '; ' order by score desc, reason) as reasons
    from hints
    group by source_system, account_id, client_id
)

select
    candidates.source_system,
    candidates.account_id,
    open_accounts.account_name,
    candidates.client_id,
    living_clients.client_name,
    candidates.method,
    candidates.score,
    candidates.reasons,
    {{ is_unambiguous('candidates.source_system, candidates.account_id', 'candidates.score') }} as is_unambiguous
from candidates
inner join open_accounts
    on candidates.source_system = open_accounts.source_system and candidates.account_id = open_accounts.account_id
inner join living_clients on candidates.client_id = living_clients.client_id
