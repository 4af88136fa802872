with current_reads as (
    select * from {{ ref('current_reads') }}
),

reads as (
    select * from {{ ref('stg_control__reads') }}
),

sources as (
    select * from {{ ref('stg_control__sources') }}
    where is_enabled
),

run as (
    select * from {{ ref('stg_control__run') }}
),

read_in_time as (
    {{ tables_read_in_time() }}
),

-- The newest whole answer of each table and account that the log knows of by the moment that counts, or the first one
-- after a period that nobody read in time: each must be in use, whatever is thought of the source.
answers as (
    select
        reads.source_system,
        reads.table_name,
        reads.account_id,
        greatest(
            max(reads.captured_at) filter (where reads.captured_at <= {{ counts_until('reads', 'sources', 'run') }}),
            case when any_value(read_in_time.table_name) is null then {{ first_read_after('reads', 'run') }} end
        ) as captured_at
    from reads
    inner join sources on reads.source_system = sources.source_system
    cross join run
    left join read_in_time
        on
            reads.source_system = read_in_time.source_system
            and reads.table_name = read_in_time.table_name
            and {{ judged_apart('reads') }} is not distinct from read_in_time.folder
    where reads.status = 'ok' and reads.captured_at <= run.as_of
    group by reads.source_system, reads.table_name, reads.account_id
    having bool_or(reads.mode = 'full')
),

answer_totals as (
    select
        answers.source_system,
        answers.table_name,
        count(answers.captured_at) as answer_count,
        count(current_reads.captured_at) as used_count
    from answers
    left join current_reads
        on
            answers.source_system = current_reads.source_system
            and answers.table_name = current_reads.table_name
            and answers.account_id is not distinct from current_reads.account_id
            and answers.captured_at = current_reads.captured_at
            and current_reads.is_newest
    group by answers.source_system, answers.table_name
),

-- Accounts that were asked beside the newest list of accounts. Of one that has left, rows stay in the raw tables.
asked_accounts as (
    select distinct
        reads.source_system,
        reads.raw_account_id
    from reads
    inner join current_reads
        on
            reads.run_id = current_reads.run_id
            and reads.source_system = current_reads.source_system
            and current_reads.table_name = 'tenants'
            and current_reads.is_newest
    where reads.raw_account_id is not null
),

-- An unchanged read points at the load that first brought its rows: those rows are received once.
current_loads as (
    select
        current_reads.source_system,
        current_reads.table_name,
        current_reads.raw_account_id,
        current_reads.load_id,
        bool_and(current_reads.is_newest) as only_newest,
        max(current_reads.row_count) as row_count,
        max(current_reads.captured_at) as captured_at,
        bool_or(current_reads.raw_account_id is null or asked_accounts.raw_account_id is not null) as is_present
    from current_reads
    left join asked_accounts
        on
            current_reads.source_system = asked_accounts.source_system
            and current_reads.raw_account_id = asked_accounts.raw_account_id
    where current_reads.load_id is not null
    group by current_reads.source_system, current_reads.table_name, current_reads.raw_account_id, current_reads.load_id
),

counted as (
    {%- for raw_table in raw_tables() %}
        {{ received_rows(**raw_table) }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}
),

read_totals as (
    select
        source_system,
        table_name,
        count(*) > count(*) filter (where is_newest) as has_earlier_reads,
        cast(sum(declared_total) filter (where is_newest) as bigint) as declared_total,
        max(captured_at) as captured_at
    from current_reads
    group by source_system, table_name
),

load_totals as (
    select
        source_system,
        table_name,
        cast(sum(row_count) as bigint) as read_rows
    from current_loads
    group by source_system, table_name
),

-- The read before the newest, table by table and account by account, for "as many rows as last time?".
earlier_reads as (
    select
        reads.source_system,
        reads.table_name,
        reads.account_id,
        arg_max(reads.row_count, reads.captured_at) as row_count
    from reads
    inner join current_reads
        on
            reads.source_system = current_reads.source_system
            and reads.table_name = current_reads.table_name
            and reads.account_id is not distinct from current_reads.account_id
            and current_reads.is_newest
    where reads.status = 'ok' and reads.captured_at < current_reads.captured_at
    group by reads.source_system, reads.table_name, reads.account_id
),

earlier_totals as (
    select
        source_system,
        table_name,
        cast(sum(row_count) as bigint) as row_count
    from earlier_reads
    group by source_system, table_name
),

received_rows as (
    select
        counted.source_system,
        counted.table_name,
        coalesce(load_totals.read_rows, 0) as read_rows,
        counted.received_rows,
        counted.accepted_rows,
        counted.received_rows - counted.accepted_rows as superseded_rows,
        coalesce(answer_totals.answer_count, 0) as answer_count,
        coalesce(answer_totals.used_count, 0) as used_count,
        counted.current_rows,
        counted.quantity_total,
        counted.record_total,
        read_totals.declared_total,
        case
            when read_totals.has_earlier_reads then counted.earlier_keys
            else earlier_totals.row_count
        end as previous_rows,
        read_totals.captured_at
    from counted
    left join read_totals
        on counted.source_system = read_totals.source_system and counted.table_name = read_totals.table_name
    left join answer_totals
        on counted.source_system = answer_totals.source_system and counted.table_name = answer_totals.table_name
    left join load_totals
        on counted.source_system = load_totals.source_system and counted.table_name = load_totals.table_name
    left join earlier_totals
        on counted.source_system = earlier_totals.source_system and counted.table_name = earlier_totals.table_name
)

select * from received_rows
