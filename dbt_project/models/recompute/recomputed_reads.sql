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

-- A month without an answer in it takes the first whole one after it.
spans as (
    select
        *,
        coalesce(
            max(captured_at) filter (where captured_at <= counts_until) over asked,
            min(captured_at) filter (where mode = 'full') over asked
        ) as last_moment,
        max(captured_at) filter (where mode = 'full' and captured_at <= counts_until) over asked as last_whole
    from answers
    window asked as (partition by source_system, table_name, account_id)
)

select
    source_system,
    table_name,
    account_id,
    load_id,
    max(captured_at) as captured_at,
    max_by(run_id, captured_at) as run_id
from spans
where
    load_id is not null
    and captured_at >= coalesce(last_whole, last_moment)
    and captured_at <= last_moment
group by source_system, table_name, account_id, load_id
