with source_status as (
    select * from {{ ref('source_status') }}
)

select
    source_system,
    role,
    status,
    is_assessable,
    last_success_at,
    cast(age_hours as decimal(18, 2)) as age_hours,
    cast(limit_hours as integer) as limit_hours,
    cast(row_count as bigint) as row_count,
    cast(previous_row_count as bigint) as previous_row_count,
    cast(failed_expectations as integer) as failed_expectations,
    message,
    is_acknowledged
from source_status
order by source_system
