with system_status as (
    select * from {{ ref('system_status') }}
),

run as (
    select * from {{ ref('stg_control__run') }}
),

failed_expectations as (
    select
        results.account_id,
        count(*) as expectation_count
    from {{ ref('stg_control__expectation_results') }} as results
    inner join run on results.run_id = run.run_id
    where results.account_id is not null and not results.passed
    group by results.account_id
),

exported_lines as (
    select * from {{ ref('stg_exports__billing_lines') }}
),

exported_quantities as (
    select * from {{ ref('stg_exports__vendor_quantities') }}
),

accounts as (
    select
        account_status.source_system,
        count(*) as account_count,
        count(*) filter (where account_status.is_assessable) as good_accounts,
        arg_min(
            {{ account_text('account_status.account_id', 'vendor_accounts.account_name') }} || ' - '
            || account_status.message,
            account_status.account_id
        ) filter (where not account_status.is_assessable) as example
    from {{ ref('account_status') }} as account_status
    left join {{ ref('vendor_accounts') }} as vendor_accounts
        on
            account_status.source_system = vendor_accounts.source_system
            and account_status.account_id = vendor_accounts.account_id
    group by account_status.source_system
),

-- What is known of each folder of the inbox, read by itself.
folder_reads as (
    select * from {{ ref('account_status') }}
    where source_system = 'exports'
),

-- Files of what is billed stand as they were read for the period, whatever was read since.
billed_earlier as (
    select
        reads.account_id,
        max(current_reads.captured_at) as used_at
    from {{ ref('stg_control__reads') }} as reads
    cross join run
    left join {{ ref('current_reads') }} as current_reads
        on
            current_reads.source_system = 'exports'
            and current_reads.table_name = 'billing_lines'
            and reads.account_id = current_reads.account_id
            and reads.captured_at = current_reads.captured_at
    where
        reads.source_system = 'exports'
        and reads.table_name = 'billing_lines'
        and reads.status = 'ok'
        and reads.captured_at <= run.as_of
    group by reads.account_id
    having max(current_reads.captured_at) < max(reads.captured_at)
),

-- A folder named like a system that is switched off or not configured stands in for that system.
folder_rows as (
    select
        source_name,
        'psa' as role
    from exported_lines
    union all
    select
        source_name,
        'vendor' as role
    from exported_quantities
),

row_totals as (
    select
        source_name,
        min(role) as role,
        count(*) as row_count
    from folder_rows
    group by source_name
),

-- One that has no rows is a source only where something is wrong with it.
folders as (
    select
        coalesce(row_totals.source_name, folder_reads.account_id) as source_system,
        coalesce(row_totals.role, 'vendor') as role,
        coalesce(row_totals.row_count, 0) as row_count,
        folder_reads.last_success_at,
        coalesce(folder_reads.is_assessable, true) as is_assessable,
        coalesce(folder_reads.is_failed, false) as is_failed,
        folder_reads.message
    from row_totals
    full outer join folder_reads on row_totals.source_name = folder_reads.account_id
    where row_totals.source_name is not null or not folder_reads.is_assessable
),

folder_status as (
    select
        folders.source_system,
        folders.role,
        case
            when not system_status.is_enabled or system_status.failed_tables > 0 then system_status.status
            when folders.is_failed then 'failed'
            when not folders.is_assessable then 'stale'
            when accounts.good_accounts = 0 then 'partial'
            when system_status.status = 'partial' then 'healthy'
            else system_status.status
        end as status,
        coalesce(folders.last_success_at, system_status.last_success_at) as last_success_at,
        cast(
            greatest(epoch(run.cutoff) - epoch(folders.last_success_at), 0) / 3600 as decimal(10, 2)
        ) as age_hours,
        system_status.limit_hours,
        folders.row_count,
        cast(null as bigint) as previous_row_count,
        cast(null as date) as read_after_on,
        case when folders.role = 'psa' then {{ home_date('billed_earlier.used_at') }} end as billed_as_read_on,
        coalesce(failed_expectations.expectation_count, 0) as failed_expectations,
        case
            when not system_status.is_enabled or system_status.failed_tables > 0 then system_status.message
            when not folders.is_assessable then folders.message
            when accounts.good_accounts = 0
                then
                    'none of ' || accounts.account_count || ' accounts has a count that is new enough, for example '
                    || accounts.example
            when system_status.status not in ('healthy', 'partial') then system_status.message
        end as message
    from folders
    inner join system_status on system_status.source_system = 'exports'
    cross join run
    left join accounts on folders.source_system = accounts.source_system
    left join billed_earlier on folders.source_system = billed_earlier.account_id
    left join failed_expectations on folders.source_system = failed_expectations.account_id
    left join system_status as same_name on folders.source_system = same_name.source_system
    where not coalesce(same_name.is_enabled, false)
),

combined as (
    select * from folder_status
    union all by name
    select system_status.* exclude (failed_tables)  -- noqa: RF02
    from system_status
    left join folder_status on system_status.source_system = folder_status.source_system
    where folder_status.source_system is null
),

source_status as (
    select
        source_system,
        role,
        status,
        status in ('healthy', 'partial') as is_assessable,
        status = 'partial' and coalesce(is_acknowledged, false) as is_acknowledged,
        last_success_at,
        age_hours,
        limit_hours,
        coalesce(row_count, 0) as row_count,
        previous_row_count,
        read_after_on,
        billed_as_read_on,
        cast(failed_expectations as integer) as failed_expectations,
        message
    from combined
)

select * from source_status
