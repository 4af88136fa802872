{{ config(alias='mapping_suggestions') }}

with suggestions as (
    select * from {{ ref('mapping_suggestions') }}
)

select
    kind,
    source_system,
    left_id,
    left_name,
    right_id,
    right_name,
    method,
    cast(score as decimal(5, 4)) as score,
    is_unambiguous,
    cast(null as varchar) as confirmed_by,
    cast(null as date) as confirmed_at,
    cast(null as date) as valid_from,
    cast(null as date) as valid_to,
    reasons,
    tier
from suggestions
order by
    kind asc,
    score desc,
    source_system asc,
    left_id asc,
    right_id asc
