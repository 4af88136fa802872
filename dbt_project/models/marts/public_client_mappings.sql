{{ config(alias='client_mappings') }}

with mappings as (
    select * from {{ ref('client_mappings') }}
)

select
    mapping_id,
    source_system,
    account_id,
    account_name,
    client_id,
    client_name,
    method,
    cast(score as decimal(5, 4)) as score,
    confirmed_by,
    confirmed_at,
    valid_from,
    valid_to,
    reasons,
    rule_id
from mappings
order by mapping_id
