{{ config(materialized='ephemeral') }}

-- Which answers of which source count: the last whole one by the moment that counts, and what changed since.
with run as (
    select * from {{ source('control', 'run') }}
),

answers as (
    select
        reads.source_system,
        reads.table_name,
        reads.account_id,
        reads.load_id,
        reads.run_id,
        reads.mode,
        reads.captured_at,
        -- A PSA, a file and an invoice speak of days of their own; anything else tells how it stood when asked.
        case
            when sources.role = 'psa' or reads.source_system = 'exports' then run.as_of
            when reads.source_system = 'pax8' and reads.table_name in ('invoices', 'invoice_items') then run.as_of
            else run.cutoff
        end as counts_until
    from {{ source('control', 'reads') }} as reads
    inner join {{ source('control', 'sources') }} as sources
        on reads.source_system = sources.source_system and sources.is_enabled
    cross join run
    where reads.status = 'ok' and reads.captured_at <= run.as_of
),

-- A month in which nobody asked takes the first answer after it.
asked_within as (
    select distinct
        answers.source_system,
        answers.table_name
    from answers
    cross join run
    where
        answers.captured_at
        between timezone(coalesce(run.timezone, 'UTC'), cast(run.period as timestamp)) and run.cutoff
),

spans as (
    select
        answers.*,
        greatest(
            max(answers.captured_at) filter (where answers.captured_at <= answers.counts_until) over asked,
            min(answers.captured_at) filter (
                where asked_within.table_name is null and answers.captured_at > run.cutoff
            ) over asked
        ) as last_moment
    from answers
    cross join run
    left join asked_within
        on answers.source_system = asked_within.source_system and answers.table_name = asked_within.table_name
    window asked as (partition by answers.source_system, answers.table_name, answers.account_id)
),

last_whole_answers as (
    select
        *,
        max(captured_at) filter (where mode = 'full' and captured_at <= last_moment) over (
            partition by source_system, table_name, account_id
        ) as last_whole
    from spans
)

select
    source_system,
    table_name,
    account_id,
    load_id,
    max(captured_at) as captured_at,
    max_by(run_id, captured_at) as run_id
from last_whole_answers
where
    load_id is not null
    and captured_at >= last_whole
    and captured_at <= last_moment
group by source_system, table_name, account_id, load_id
