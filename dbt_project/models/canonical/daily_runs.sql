{{ config(materialized='view') }}

with published_runs as (
    select * from {{ ref('stg_control__published_runs') }}
),

run as (
    select * from {{ ref('stg_control__run') }}
),

dated as (
    select
        published_runs.as_of,
        least({{ home_date('published_runs.as_of') }}, run.period_end - 1) as cutoff_date
    from published_runs
    cross join run
    where published_runs.period = run.period and published_runs.as_of < run.as_of
)

select
    dated.cutoff_date,
    max(dated.as_of) as as_of
from dated
cross join run
where dated.cutoff_date < run.cutoff_date
group by dated.cutoff_date
