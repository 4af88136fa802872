with rules as (
    select * from {{ ref('stg_rules__special_users') }}
),

run as (
    select * from {{ ref('current_run') }}
)

select
    rules.source_system,
    rules.account_id,
    rules.user_name,
    rules.kind,
    rules.is_licence_needed,
    rules.rule_id
from rules
cross join run
where {{ in_force('rules.valid_from', 'rules.valid_to', 'run.cutoff_date') }}
qualify
    row_number() over (
        partition by rules.source_system, rules.account_id, rules.user_name
        order by rules.valid_from desc, rules.rule_id asc
    ) = 1
