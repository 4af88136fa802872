with rules as (
    select * from {{ ref('stg_rules__splits') }}
),

clients as (
    select * from {{ ref('clients') }}
),

run as (
    select * from {{ ref('current_run') }}
)

-- Contradicting rules are refused before loading; should two agree, the younger one speaks. A rule that names a client
-- whom the PSA does not have gives its users to nobody, and still makes the account a shared one.
select
    rules.source_system,
    rules.account_id,
    rules.attribute,
    rules.value,
    clients.client_id,
    rules.client_id as named_client_id,
    rules.valid_from,
    rules.valid_to,
    rules.owner,
    rules.reason,
    rules.rule_id
from rules
cross join run
left join clients on rules.client_id = clients.client_id
where {{ in_force('rules.valid_from', 'rules.valid_to', 'run.cutoff_date') }}
qualify
    row_number() over (
        partition by rules.source_system, rules.account_id, rules.attribute, rules.value
        order by rules.valid_from desc, rules.rule_id asc
    ) = 1
