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

-- Each folder of the inbox is read by itself.
read_as as (
    select
        health.source_system,
        health.is_assessable,
        coalesce(sources.source_system, 'exports') as read_system,
        case when sources.source_system is null then health.source_system end as folder
    from health
    left join {{ source('control', 'sources') }} as sources on health.source_system = sources.source_system
),

newest as (
    select
        source_system,
        case when source_system = 'exports' then account_id end as folder,
        table_name,
        max(captured_at) as captured_at
    from {{ ref('recomputed_reads') }}
    where account_id is null or source_system = 'exports'
    group by source_system, folder, table_name
),

table_ages as (
    select
        newest.source_system,
        newest.folder,
        epoch(run.cutoff) - epoch(newest.captured_at) > sources.limit_hours * 3600 as is_too_old
    from newest
    inner join {{ source('control', 'sources') }} as sources on newest.source_system = sources.source_system
    cross join run
),

ages as (
    select
        source_system,
        folder,
        bool_or(is_too_old) as is_too_old
    from table_ages
    group by source_system, folder

    union all

    -- The inbox as a whole is as old as its newest folder.
    select
        source_system,
        null as folder,
        bool_and(is_too_old) as is_too_old
    from table_ages
    where folder is not null
    group by source_system
),

failures as (
    select
        reads.source_system,
        case when reads.source_system = 'exports' then reads.account_id end as folder
    from {{ source('control', 'reads') }} as reads
    inner join run on reads.run_id = run.run_id
    where reads.status != 'ok'

    union

    select
        results.source_system,
        results.account_id as folder
    from {{ source('control', 'expectation_results') }} as results
    inner join run on results.run_id = run.run_id
    where not results.passed
),

tables_never_read as (
    select reads.source_system
    from {{ source('control', 'reads') }} as reads
    left join newest on reads.source_system = newest.source_system and reads.table_name = newest.table_name
    where reads.account_id is null and newest.captured_at is null
),

-- Loaded, and counted by no model at all.
taken_by_nobody as (
    select distinct source_system
    from {{ source('control', 'reads') }}
    where
        status = 'ok' and row_count > 0
        and source_system || '.' || table_name not in (
            {%- for raw_table in raw_tables() %}
                '{{ raw_table.system }}.{{ raw_table.table }}'{{ ',' if not loop.last }}
            {%- endfor %}
        )
),

-- What fails the inbox as a whole fails each folder, and what fails a folder fails the inbox.
failed as (
    select
        read_as.source_system,
        count(*) as failure_count
    from read_as
    inner join failures
        on
            read_as.read_system = failures.source_system
            and coalesce(read_as.folder = failures.folder, true)
    group by read_as.source_system
)

select
    read_as.source_system,
    read_as.is_assessable,
    coalesce(ages.is_too_old, false) as is_too_old,
    ages.source_system is null
    or failed.source_system is not null
    or read_as.read_system in (select tables_never_read.source_system from tables_never_read)
    or read_as.read_system in (select taken_by_nobody.source_system from taken_by_nobody) as is_failed,
    not coalesce(sources.is_enabled, true) as is_off
from read_as
left join ages
    on read_as.read_system = ages.source_system and read_as.folder is not distinct from ages.folder
left join failed on read_as.source_system = failed.source_system
left join {{ source('control', 'sources') }} as sources on read_as.read_system = sources.source_system
