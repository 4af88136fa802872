with decisions as (
    select * from {{ source('control', 'decisions') }}
)

select
    decision_id,
    line_key,
    period,
    decision,
    reason,
    person,
    decided_at,
    snooze_until,
    seen
from decisions
order by decided_at, decision_id
