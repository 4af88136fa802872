{{ config(schema='compare', materialized='view', contract={'enforced': false}) }}

with reconciliation as (
    select * from {{ ref('reconciliation') }}
    where is_assessed
),

source_health as (
    select * from {{ ref('source_health') }}
),

-- Each figure rests on its PSA and on the source of its basis.
rested as (
    select
        line_key,
        split_part(client_id, ':', 1) as source_system
    from reconciliation

    union

    select
        line_key,
        basis_source as source_system
    from reconciliation
    where basis_source is not null
),

assessed_lines as (
    select
        source_system,
        count(*) as line_count
    from rested
    group by source_system
)

select
    'freshness' as rule,
    source_health.source_system,
    null as currency,
    'assessed lines on a source beyond its limit' as subject,
    coalesce(beyond.line_count, 0) as left_total,
    0 as right_total,
    'status ' || source_health.status || ', limit ' || source_health.limit_hours || ' hours' as note,
    coalesce(beyond.line_count, 0) = 0 as passed
from source_health
left join assessed_lines as beyond
    on
        source_health.source_system = beyond.source_system
        and not (source_health.is_assessable and source_health.age_hours <= source_health.limit_hours)
