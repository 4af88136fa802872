with split_rules as (
    select * from {{ ref('split_rules') }}
)

-- Two attributes for one account on one day are refused before loading.
select
    source_system,
    account_id,
    min(attribute) as attribute
from split_rules
group by source_system, account_id
