with line_history as (
    select * from {{ ref('line_history') }}
    where is_before and kind in ('billing', 'setup')
),

closing_runs as (
    select * from {{ ref('closing_runs') }}
)

-- What each earlier period ended with.
select
    line_history.line_key,
    line_history.period,
    line_history.class,
    line_history.variance,
    line_history.revenue_impact,
    line_history.currency
from line_history
inner join closing_runs on line_history.run_id = closing_runs.run_id
