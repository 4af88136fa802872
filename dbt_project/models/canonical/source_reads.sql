with sources as (
    select * from {{ ref('stg_control__sources') }}
),

reads as (
    select * from {{ ref('stg_control__reads') }}
),

current_reads as (
    select * from {{ ref('current_reads') }}
),

received as (
    select * from {{ ref('received_rows') }}
),

run as (
    select * from {{ ref('stg_control__run') }}
),

-- Tables read as a whole: what this run was told, and how old the newest complete read is. The inbox is read folder by
-- folder: one that fails is no failure of the table, and the newest good one tells when the inbox was last read.
table_state as (
    select
        reads.source_system,
        reads.table_name,
        arg_max(reads.status, coalesce(reads.captured_at, timestamptz '9999-01-01 00:00:00+00'))
        filter (where reads.run_id = run.run_id and reads.account_id is null) as status,
        arg_max(
            coalesce(reads.endpoint, reads.table_name) || ': ' || coalesce(reads.message, 'no reason given'),
            coalesce(reads.captured_at, timestamptz '9999-01-01 00:00:00+00')
        ) filter (where reads.run_id = run.run_id and reads.account_id is null and reads.status <> 'ok') as message
    from reads
    cross join run
    where reads.account_id is null or reads.source_system = 'exports'
    group by reads.source_system, reads.table_name
),

-- A source that is down may fail a table before it knows the accounts to read it for: on a good day that table has no
-- read of its own, only those of its accounts.
scoped_tables as (
    select distinct
        source_system,
        table_name
    from reads
    where account_id is not null
),

table_ages as (
    select
        source_system,
        table_name,
        max(captured_at) as captured_at,
        min(captured_at) filter (where is_after_period) as read_after_at
    from current_reads
    where account_id is null or source_system = 'exports'
    group by source_system, table_name
),

-- What the PSA bills stands as it was read for the period, whatever was read since.
billing_ages as (
    select
        reads.source_system,
        max(reads.captured_at) filter (where current_reads.captured_at is not null) as used_at,
        max(reads.captured_at) as newest_at
    from reads
    inner join sources on reads.source_system = sources.source_system
    cross join run
    left join current_reads
        on
            reads.source_system = current_reads.source_system
            and reads.table_name = current_reads.table_name
            and reads.captured_at = current_reads.captured_at
    where
        reads.status = 'ok'
        and reads.captured_at <= run.as_of
        and sources.role = 'psa'
        and reads.table_name <> 'invoices'
    group by reads.source_system
),

whole_tables as (
    select
        table_state.source_system,
        count(*) filter (where coalesce(table_state.status, 'ok') <> 'ok') as failed_tables,
        string_agg(table_state.message, '; ' order by table_state.table_name)
        filter (where coalesce(table_state.status, 'ok') <> 'ok') as message,
        count(*) filter (where table_ages.captured_at is null and scoped_tables.table_name is null) as unread_tables,
        min(table_ages.captured_at) as last_success_at,
        max(table_ages.read_after_at) as read_after_at
    from table_state
    left join table_ages
        on table_state.source_system = table_ages.source_system and table_state.table_name = table_ages.table_name
    left join scoped_tables
        on table_state.source_system = scoped_tables.source_system and table_state.table_name = scoped_tables.table_name
    group by table_state.source_system
),

row_totals as (
    select
        source_system,
        cast(sum(accepted_rows) as bigint) as row_count,
        cast(sum(previous_rows) as bigint) as previous_row_count
    from received
    group by source_system
),

-- Loaded, and known to no model: a connector is not finished where `raw_tables` does not name its tables.
untaken as (
    select
        source_system,
        string_agg(row_count || ' rows of ' || table_name, ', ' order by table_name) as untaken_rows
    from (
        select
            source_system,
            table_name,
            sum(row_count) as row_count
        from current_reads
        where
            is_newest
            and source_system || '.' || table_name not in (
                {%- for raw_table in raw_tables() %}
                    '{{ raw_table.system }}.{{ raw_table.table }}'{{ ',' if not loop.last }}
                {%- endfor %}
            )
        group by source_system, table_name
    )
    where row_count > 0
    group by source_system
),

source_reads as (
    select
        sources.source_system,
        sources.role,
        sources.is_enabled,
        sources.limit_hours,
        whole_tables.last_success_at,
        coalesce(whole_tables.failed_tables, 0) as failed_tables,
        coalesce(whole_tables.unread_tables, 0) as unread_tables,
        whole_tables.message,
        untaken.untaken_rows,
        row_totals.row_count,
        row_totals.previous_row_count,
        -- Of a source that was read after the period only: files say themselves what they are about.
        case
            when sources.source_system <> 'exports' then {{ home_date('whole_tables.read_after_at') }}
        end as read_after_on,
        case when billing_ages.used_at < billing_ages.newest_at then {{ home_date('billing_ages.used_at') }} end
            as billed_as_read_on,
        cast(
            greatest(
                epoch(run.cutoff) - epoch(whole_tables.last_success_at),
                case when whole_tables.last_success_at is not null then 0 end
            ) / 3600 as decimal(10, 2)
        ) as age_hours
    from sources
    cross join run
    left join whole_tables on sources.source_system = whole_tables.source_system
    left join billing_ages on sources.source_system = billing_ages.source_system
    left join untaken on sources.source_system = untaken.source_system
    left join row_totals on sources.source_system = row_totals.source_system
)

select * from source_reads
