{{ config(schema='compare', materialized='view', contract={'enforced': false}) }}

with published_runs as (
    select * from {{ source('control', 'published_runs') }}
),

history as (
    select * from {{ ref('discrepancy_history') }}
),

discrepancies as (
    select * from {{ ref('discrepancies') }}
),

run as (
    select * from {{ ref('current_run') }}
),

-- What a person could have seen before: the newest published run of the same period.
run_before as (
    select published_runs.run_id
    from published_runs
    cross join run
    where
        published_runs.period = run.period
        and published_runs.run_id != run.run_id
        and published_runs.as_of <= run.as_of
    order by published_runs.as_of desc, published_runs.published_at desc
    limit 1
),

opening as (
    select history.line_key
    from history
    inner join run_before on history.run_id = run_before.run_id
    cross join run
    where history.period = run.period
),

moves as (
    select
        count(opening.line_key) as open_at_start,
        count(discrepancies.line_key) filter (where opening.line_key is null) as new,
        count(opening.line_key) filter (where discrepancies.line_key is null) as resolved
    from opening
    full join discrepancies on opening.line_key = discrepancies.line_key
),

closing as (
    select count(*) as open_at_end from history
    inner join run on history.run_id = run.run_id and history.period = run.period
)

select
    'roll_forward' as rule,
    null as source_system,
    null as currency,
    'findings' as subject,
    moves.open_at_start + moves.new - moves.resolved as left_total,
    closing.open_at_end as right_total,
    moves.open_at_start || ' open at start + ' || moves.new || ' new - ' || moves.resolved
    || ' resolved, and findings open at end' as note,
    moves.open_at_start + moves.new - moves.resolved = closing.open_at_end as passed
from moves
cross join closing
