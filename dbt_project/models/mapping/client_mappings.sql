with confirmations as (
    select * from {{ ref('client_confirmations') }}
),

split_mappings as (
    select * from {{ ref('split_mappings') }}
),

candidates as (
    select * from {{ ref('client_candidates') }}
),

accounts as (
    select * from {{ ref('vendor_accounts') }}
),

clients as (
    select * from {{ ref('clients') }}
),

run as (
    select * from {{ ref('current_run') }}
),

-- Only an audit of two exports sets a score: there nobody has confirmed anything yet, and the report says so.
accepted_names as (
    select
        candidates.source_system,
        candidates.account_id,
        candidates.client_id,
        'name' as method,
        'score of at least ' || run.accept_name_score as confirmed_by,
        cast(null as date) as confirmed_at,
        cast(null as date) as valid_from,
        cast(null as date) as valid_to,
        candidates.reasons,
        cast(null as varchar) as rule_id,
        candidates.score
    from candidates
    inner join run on candidates.score >= run.accept_name_score
    where candidates.is_unambiguous
),

mappings as (
    select * from confirmations
    union all by name
    select * from split_mappings
    union all by name
    select * from accepted_names
),

client_mappings as (
    select
        'client|' || mappings.source_system || '|' || mappings.account_id || '|' || mappings.client_id as mapping_id,
        mappings.source_system,
        mappings.account_id,
        accounts.account_name,
        mappings.client_id,
        clients.client_name,
        mappings.method,
        mappings.score,
        mappings.confirmed_by,
        mappings.confirmed_at,
        mappings.valid_from,
        mappings.valid_to,
        mappings.reasons,
        mappings.rule_id
    from mappings
    inner join clients on mappings.client_id = clients.client_id
    left join accounts on mappings.source_system = accounts.source_system and mappings.account_id = accounts.account_id
)

select * from client_mappings
