{{ config(materialized='ephemeral') }}

-- Whether what a run says of each source can be seen in the source's own answers: too old, failed, or switched off.
with run as (
    select * from {{ source('control', 'run') }}
),

health as (
    select
        source_system,
        is_assessable
    from {{ ref('source_health') }}
),

-- Inbox folders are as good as the reading of the inbox.
read_as as (
    select
        health.source_system,
        health.is_assessable,
        coalesce(sources.source_system, 'exports') as read_system
    from health
    left join {{ source('control', 'sources') }} as sources on health.source_system = sources.source_system
),

newest as (
    select
        source_system,
        table_name,
        max(captured_at) as captured_at
    from {{ ref('recomputed_reads') }}
    where account_id is null
    group by source_system, table_name
),

ages as (
    select
        newest.source_system,
        bool_or(
            epoch(case when sources.role = 'psa' or newest.source_system = 'exports' then run.as_of else run.cutoff end)
            - epoch(newest.captured_at) > sources.limit_hours * 3600
        ) as is_too_old
    from newest
    inner join {{ source('control', 'sources') }} as sources on newest.source_system = sources.source_system
    cross join run
    group by newest.source_system
),

failures as (
    select reads.source_system
    from {{ source('control', 'reads') }} as reads
    inner join run on reads.run_id = run.run_id
    where reads.status != 'ok'

    union

    select results.source_system
    from {{ source('control', 'expectation_results') }} as results
    inner join run on results.run_id = run.run_id
    where not results.passed
),

tables_never_read as (
    select reads.source_system
    from {{ source('control', 'reads') }} as reads
    left join newest on reads.source_system = newest.source_system and reads.table_name = newest.table_name
    where reads.account_id is null and newest.captured_at is null
)

select
    read_as.source_system,
    read_as.is_assessable,
    coalesce(ages.is_too_old, false) as is_too_old,
    ages.source_system is null
    or read_as.read_system in (select failures.source_system from failures)
    or read_as.read_system in (select tables_never_read.source_system from tables_never_read) as is_failed,
    not coalesce(sources.is_enabled, true) as is_off
from read_as
left join ages on read_as.read_system = ages.source_system
left join {{ source('control', 'sources') }} as sources on read_as.read_system = sources.source_system
