with reads as (
    select * from {{ ref('stg_control__reads') }}
),

sources as (
    select * from {{ ref('stg_control__sources') }}
),

run as (
    select * from {{ ref('stg_control__run') }}
),

read_in_time as (
    {{ tables_read_in_time() }}
),

-- A period that is over and that nobody read in time is compared with the first good read after it: a first run has no
-- other. Its lines are flagged, and what has dates of its own goes by them.
first_after as (
    select
        reads.source_system,
        reads.table_name,
        reads.account_id,
        {{ first_read_after('reads', 'run') }} as read_at
    from reads
    anti join read_in_time
        on
            reads.source_system = read_in_time.source_system
            and reads.table_name = read_in_time.table_name
            and {{ judged_apart('reads') }} is not distinct from read_in_time.folder
    cross join run
    where reads.status = 'ok' and reads.captured_at > run.cutoff and reads.captured_at <= run.as_of
    group by reads.source_system, reads.table_name, reads.account_id
),

complete_reads as (
    select
        reads.*,
        -- Dated documents may come late without any harm.
        reads.captured_at > {{ counts_until('reads', 'sources', 'run') }} as is_after_period,
        row_number() over (
            partition by reads.source_system, reads.table_name, reads.account_id
            order by reads.captured_at desc, (reads.run_id = run.run_id) desc, reads.load_id desc nulls last
        ) as read_age
    from reads
    inner join sources on reads.source_system = sources.source_system
    left join first_after
        on
            reads.source_system = first_after.source_system
            and reads.table_name = first_after.table_name
            and reads.account_id is not distinct from first_after.account_id
    cross join run
    where
        reads.status = 'ok'
        and sources.is_enabled
        and reads.captured_at <= greatest({{ counts_until('reads', 'sources', 'run') }}, first_after.read_at)
),

newest_full_reads as (
    select
        source_system,
        table_name,
        account_id,
        min(read_age) as read_age
    from complete_reads
    where mode = 'full'
    group by source_system, table_name, account_id
),

-- An incremental read means something only on top of the full read before it.
current_reads as (
    select
        complete_reads.source_system,
        complete_reads.table_name,
        complete_reads.account_id,
        complete_reads.raw_account_id,
        complete_reads.load_id,
        complete_reads.captured_at,
        complete_reads.mode,
        complete_reads.row_count,
        complete_reads.declared_total,
        complete_reads.content_hash,
        complete_reads.run_id,
        complete_reads.is_after_period,
        complete_reads.read_age = 1 as is_newest
    from complete_reads
    inner join newest_full_reads
        on
            complete_reads.source_system = newest_full_reads.source_system
            and complete_reads.table_name = newest_full_reads.table_name
            and complete_reads.account_id is not distinct from newest_full_reads.account_id
            and complete_reads.read_age <= newest_full_reads.read_age
)

select * from current_reads
