with split_rules as (
    select * from {{ ref('split_rules') }}
    where client_id is not null
)

-- A client may have several values (two offices): its first rule is the one named, and it holds while all of them do.
select
    source_system,
    account_id,
    client_id,
    'split' as method,
    arg_min(owner, (length(rule_id), rule_id)) as confirmed_by,
    cast(null as date) as confirmed_at,
    max(valid_from) as valid_from,
    min(valid_to) as valid_to,
    min(attribute) || ' ' || string_agg(value, ', ' order by value) as reasons,
    arg_min(rule_id, (length(rule_id), rule_id)) as rule_id,
    cast(1 as decimal(5, 4)) as score
from split_rules
group by source_system, account_id, client_id
