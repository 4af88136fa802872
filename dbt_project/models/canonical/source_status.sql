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

accounts as (
    select * from {{ ref('account_status') }}
),

expectation_results as (
    select * from {{ ref('stg_control__expectation_results') }}
),

exported_lines as (
    select * from {{ ref('stg_exports__billing_lines') }}
),

exported_quantities as (
    select * from {{ ref('stg_exports__vendor_quantities') }}
),

run as (
    select * from {{ ref('stg_control__run') }}
),

-- Tables read as a whole: what this run was told, and how old the newest complete read is.
table_state as (
    select
        reads.source_system,
        reads.table_name,
        arg_max(reads.status, coalesce(reads.captured_at, timestamptz '9999-01-01 00:00:00+00'))
        filter (where reads.run_id = run.run_id) as status,
        arg_max(
            coalesce(reads.endpoint, reads.table_name) || ': ' || coalesce(reads.message, 'no reason given'),
            coalesce(reads.captured_at, timestamptz '9999-01-01 00:00:00+00')
        ) filter (where reads.run_id = run.run_id and reads.status <> 'ok') as message
    from reads
    cross join run
    where reads.account_id is null
    group by reads.source_system, reads.table_name
),

table_ages as (
    select
        source_system,
        table_name,
        max(captured_at) as captured_at
    from current_reads
    where account_id is null
    group by source_system, table_name
),

whole_tables as (
    select
        table_state.source_system,
        count(*) filter (where coalesce(table_state.status, 'ok') <> 'ok') as failed_tables,
        string_agg(table_state.message, '; ' order by table_state.table_name)
        filter (where coalesce(table_state.status, 'ok') <> 'ok') as message,
        count(*) filter (where table_ages.captured_at is null) as unread_tables,
        min(table_ages.captured_at) as last_success_at
    from table_state
    left join table_ages
        on table_state.source_system = table_ages.source_system and table_state.table_name = table_ages.table_name
    group by table_state.source_system
),

account_totals as (
    select
        source_system,
        count(*) as accounts,
        count(*) filter (where is_assessable) as good_accounts,
        count(*) filter (where is_failed) as failed_accounts,
        count(*) filter (where is_refused or is_failed) as unanswered_accounts,
        min(account_id || ' - ' || message) filter (where is_refused or is_failed) as example
    from accounts
    group by source_system
),

expectations as (
    select
        expectation_results.source_system,
        count(*) as failed,
        count(*) filter (where expectation_results.is_blocking) as blocking,
        string_agg(
            expectation_results.table_name || ' ' || expectation_results.expectation
            || coalesce(': ' || expectation_results.message, ''),
            '; '
            order by expectation_results.table_name, expectation_results.expectation
        ) filter (where expectation_results.is_blocking) as message
    from expectation_results
    inner join run on expectation_results.run_id = run.run_id
    where not expectation_results.passed
    group by expectation_results.source_system
),

row_totals as (
    select
        source_system,
        cast(sum(accepted_rows) as bigint) as row_count,
        cast(sum(previous_rows) as bigint) as previous_row_count
    from received
    group by source_system
),

measured as (
    select
        sources.source_system,
        sources.role,
        sources.is_enabled,
        sources.limit_hours,
        whole_tables.last_success_at,
        whole_tables.failed_tables,
        whole_tables.unread_tables,
        whole_tables.message as read_message,
        account_totals.accounts,
        account_totals.good_accounts,
        account_totals.failed_accounts,
        account_totals.unanswered_accounts,
        account_totals.example as account_example,
        row_totals.row_count,
        row_totals.previous_row_count,
        coalesce(expectations.failed, 0) as failed_expectations,
        coalesce(expectations.blocking, 0) as blocking_expectations,
        expectations.message as expectation_message,
        cast(
            (epoch(case
                when sources.role = 'psa' or sources.source_system = 'exports' then run.as_of
                else run.cutoff
            end) - epoch(whole_tables.last_success_at)) / 3600 as decimal(10, 2)
        ) as age_hours
    from sources
    cross join run
    left join whole_tables on sources.source_system = whole_tables.source_system
    left join account_totals on sources.source_system = account_totals.source_system
    left join row_totals on sources.source_system = row_totals.source_system
    left join expectations on sources.source_system = expectations.source_system
),

judged as (
    select
        source_system,
        role,
        limit_hours,
        last_success_at,
        age_hours,
        row_count,
        previous_row_count,
        failed_expectations,
        case
            when not is_enabled then 'off'
            when coalesce(failed_tables, 0) > 0 then 'failed'
            when blocking_expectations > 0 then 'failed'
            when accounts > 0 and accounts = failed_accounts then 'failed'
            when last_success_at is null or unread_tables > 0 or age_hours > limit_hours then 'stale'
            when unanswered_accounts > 0 then 'partial'
            else 'healthy'
        end as status,
        case
            when not is_enabled then 'switched off in the configuration'
            when coalesce(failed_tables, 0) > 0 then read_message
            when blocking_expectations > 0 then 'expectation failed - ' || expectation_message
            when accounts > 0 and accounts = failed_accounts
                then 'no account could be read, for example ' || account_example
            when last_success_at is null then 'never read completely'
            when unread_tables > 0 then 'a table has no complete read before the cut-off'
            when age_hours > limit_hours
                then 'last complete read is ' || age_hours || ' hours old, the limit is ' || limit_hours
            when unanswered_accounts > 0
                then
                    unanswered_accounts || ' of ' || accounts || ' accounts could not be read, for example '
                    || account_example
        end as message
    from measured
),

-- An inbox folder is as good as the reading of the inbox. A folder named like a system that is switched off or not
-- configured stands in for that system.
folder_rows as (
    select source_name, 'psa' as role from exported_lines
    union all
    select source_name, 'vendor' as role from exported_quantities
),

folders as (
    select
        source_name as source_system,
        min(role) as role,
        count(*) as row_count
    from folder_rows
    group by source_name
),

folder_status as (
    select
        folders.source_system,
        folders.role,
        judged.status,
        judged.last_success_at,
        judged.age_hours,
        judged.limit_hours,
        folders.row_count,
        cast(null as bigint) as previous_row_count,
        judged.failed_expectations,
        judged.message
    from folders
    inner join judged on judged.source_system = 'exports'
    left join sources on folders.source_system = sources.source_system
    where not coalesce(sources.is_enabled, false)
),

combined as (
    select * from folder_status
    union all by name
    select judged.*
    from judged
    left join folder_status on judged.source_system = folder_status.source_system
    where folder_status.source_system is null
)

select
    source_system,
    role,
    status,
    status in ('healthy', 'partial') as is_assessable,
    last_success_at,
    age_hours,
    limit_hours,
    coalesce(row_count, 0) as row_count,
    previous_row_count,
    cast(failed_expectations as integer) as failed_expectations,
    message
from combined
