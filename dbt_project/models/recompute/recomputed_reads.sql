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
        -- An invoice and a file of counts speak of days of their own; anything else tells how it stood when asked.
        case
            when reads.table_name in ('invoices', 'invoice_items', 'vendor_quantities') then run.as_of
            else run.cutoff
        end as counts_until,
        -- What is billed changes by the day: an answer from long before the end tells less than one from shortly after.
        case
            when sources.role = 'psa' or reads.table_name = 'billing_lines' then sources.limit_hours * 3600
        end as limit_seconds,
        reads.table_name = 'billing_lines' and coalesce(reads.row_count, 0) = 0 as is_empty
    from {{ source('control', 'reads') }} as reads
    inner join {{ source('control', 'sources') }} as sources
        on reads.source_system = sources.source_system and sources.is_enabled
    cross join run
    where reads.status = 'ok' and reads.captured_at <= run.as_of
),

-- How far the last answer before the end and the first one after it are from it, in seconds.
distances as (
    select
        answers.source_system,
        answers.table_name,
        case when answers.source_system = 'exports' then answers.account_id end as folder,
        any_value(answers.limit_seconds) as limit_seconds,
        min(epoch(run.cutoff) - epoch(answers.captured_at)) filter (
            where answers.captured_at <= run.cutoff and not answers.is_empty
        ) as before_end,
        min(epoch(answers.captured_at) - epoch(run.cutoff)) filter (
            where answers.captured_at > run.cutoff and not answers.is_empty
        ) as after_end,
        any_value(
            epoch(run.cutoff) - epoch(timezone(coalesce(run.timezone, 'UTC'), cast(run.period as timestamp)))
        ) as period_seconds
    from answers
    cross join run
    group by answers.source_system, answers.table_name, folder
),

-- A month in which nobody asked in time takes the first answer after it.
asked_in_time as (
    select
        source_system,
        table_name,
        folder
    from distances
    where
        before_end <= coalesce(limit_seconds, period_seconds)
        or (limit_seconds is not null and before_end <= after_end)
),

spans as (
    select
        answers.*,
        greatest(
            max(answers.captured_at) filter (where answers.captured_at <= answers.counts_until) over asked,
            coalesce(
                min(answers.captured_at) filter (
                    where
                    asked_in_time.table_name is null and answers.captured_at > run.cutoff and not answers.is_empty
                ) over asked,
                min(answers.captured_at) filter (
                    where asked_in_time.table_name is null and answers.captured_at > run.cutoff
                ) over asked
            )
        ) as last_moment
    from answers
    cross join run
    left join asked_in_time
        on
            answers.source_system = asked_in_time.source_system
            and answers.table_name = asked_in_time.table_name
            and coalesce(answers.account_id = asked_in_time.folder, asked_in_time.folder is null)
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
