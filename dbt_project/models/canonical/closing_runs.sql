{{ config(materialized='view') }}

with published_runs as (
    select * from {{ ref('stg_control__published_runs') }}
),

run as (
    select * from {{ ref('stg_control__run') }}
)

select
    published_runs.period,
    max(published_runs.as_of) as as_of
from published_runs
cross join run
where
    published_runs.period < run.period
    and published_runs.as_of < run.as_of
group by published_runs.period
