with rules as (
    select * from {{ ref('stg_rules__client_map') }}
),

accounts as (
    select * from {{ ref('vendor_accounts') }}
),

clients as (
    select * from {{ ref('clients') }}
),

shared_accounts as (
    select * from {{ ref('shared_accounts') }}
),

run as (
    select * from {{ ref('current_run') }}
),

-- A rule wins over ids. Contradicting rules are refused before loading; should two agree, the younger one speaks.
rule_matches as (
    select
        rules.source_system,
        rules.account_id,
        rules.client_id,
        -- A person may confirm what is no more than a likeness of names; the lines then say so.
        case when rules.method = 'name' then 'name' else 'rule' end as method,
        rules.confirmed_by,
        rules.confirmed_at,
        rules.valid_from,
        rules.valid_to,
        coalesce(rules.reason, 'confirmed rule') as reasons,
        rules.rule_id
    from rules
    inner join clients on rules.client_id = clients.client_id
    cross join run
    where {{ in_force('rules.valid_from', 'rules.valid_to', 'run.cutoff_date') }}
    qualify
        row_number() over (
            partition by rules.source_system, rules.account_id
            order by rules.valid_from desc, rules.rule_id asc
        ) = 1
),

living_clients as (
    select * from clients
    where source_system = 'connectwise' and not is_deleted
),

-- What a person typed at the distributor may be stale.
typed_pairs as (
    select
        accounts.source_system,
        accounts.account_id,
        living_clients.client_id,
        accounts.external_id,
        accounts.domain,
        {{ is_own_domain('accounts.domain') }} and accounts.domain = living_clients.domain as is_same_domain,
        {{ company_key(fold('accounts.account_name')) }} as account_key,
        {{ company_key(fold('living_clients.client_name')) }} as client_key
    from accounts
    inner join living_clients on accounts.external_id = living_clients.source_client_id
    where accounts.source_system = 'pax8'
),

-- It decides together with a second proof; alone it is a hint for a person (`same_client_ids`).
typed_ids as (
    select
        *,
        'external id ' || external_id
        || case when is_same_domain then ' and the same domain ' || domain else ' and a name like it' end as reasons
    from typed_pairs
    qualify
        (coalesce(is_same_domain, false) or coalesce({{ is_name_akin('account_key', 'client_key') }}, false))
        and count(*) over (partition by source_system, client_id) = 1
),

id_pairs as (
    select
        accounts.source_system,
        accounts.account_id,
        living_clients.client_id,
        'tenant id ' || accounts.tenant_id as reasons
    from accounts
    inner join living_clients on accounts.tenant_id = living_clients.tenant_id
    where accounts.source_system = 'microsoft_graph'
    union all
    select
        source_system,
        account_id,
        client_id,
        reasons
    from typed_ids
),

-- An id that two accounts or two clients carry proves nothing.
id_matches as (
    select
        source_system,
        account_id,
        client_id,
        'id' as method,
        'identifier' as confirmed_by,
        cast(null as date) as confirmed_at,
        cast(null as date) as valid_from,
        cast(null as date) as valid_to,
        reasons,
        cast(null as varchar) as rule_id
    from id_pairs
    qualify
        count(*) over (partition by source_system, account_id) = 1
        and count(*) over (partition by source_system, client_id) = 1
),

confirmations as (
    select * from rule_matches
    union all
    select id_matches.*
    from id_matches
    left join rule_matches
        on
            id_matches.source_system = rule_matches.source_system
            and id_matches.account_id = rule_matches.account_id
    where rule_matches.account_id is null
),

-- An account that clients share is nobody's own, whatever ids agree: its users are split by rule.
client_confirmations as (
    select
        confirmations.*,
        cast(1 as decimal(5, 4)) as score
    from confirmations
    left join shared_accounts
        on
            confirmations.source_system = shared_accounts.source_system
            and confirmations.account_id = shared_accounts.account_id
    where shared_accounts.account_id is null
)

select * from client_confirmations
