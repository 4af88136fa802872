with line_history as (
    select * from {{ ref('line_history') }}
    where is_before
),

closing_runs as (
    select * from {{ ref('closing_runs') }}
),

-- Every line that an earlier run knew, at the last run of every earlier period.
moments as (
    select
        known.line_key,
        closing_runs.period,
        closing_runs.as_of
    from (select distinct line_key from line_history) as known
    cross join closing_runs
)

-- The history keeps a row only where something changed: the newest row by then tells how the line stood.
select
    moments.line_key,
    moments.period,
    line_history.class,
    line_history.kind,
    line_history.expected_quantity,
    line_history.variance,
    line_history.amount_variance,
    line_history.currency
from moments
asof inner join line_history
    on
        moments.line_key = line_history.line_key
        and moments.as_of >= line_history.as_of
