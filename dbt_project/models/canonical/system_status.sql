with source_reads as (
    select * from {{ ref('source_reads') }}
),

account_status as (
    select * from {{ ref('account_status') }}
),

vendor_accounts as (
    select * from {{ ref('vendor_accounts') }}
),

expectation_results as (
    select * from {{ ref('stg_control__expectation_results') }}
),

run as (
    select * from {{ ref('stg_control__run') }}
),

accounts as (
    select
        account_status.*,
        {{ account_text('account_status.account_id', 'vendor_accounts.account_name') }} || ' - '
        || account_status.message as words
    from account_status
    left join vendor_accounts
        on
            account_status.source_system = vendor_accounts.source_system
            and account_status.account_id = vendor_accounts.account_id
),

account_totals as (
    select
        source_system,
        count(*) as accounts,
        count(*) filter (where is_assessable) as good_accounts,
        count(*) filter (where is_failed) as failed_accounts,
        count(*) filter (where is_refused or is_failed) as unanswered_accounts,
        count(*) filter (where (is_refused or is_failed) and not is_acknowledged) as news_accounts,
        coalesce(
            arg_min(words, account_id) filter (where (is_refused or is_failed) and not is_acknowledged),
            arg_min(words, account_id) filter (where is_refused or is_failed)
        ) as example
    from accounts
    group by source_system
),

expectations as (
    select
        expectation_results.source_system,
        count(*) as failed,
        -- What was found in one folder of the inbox is that folder's own (`source_status`).
        -- Rows that are too old are stale, not wrong: freshness has a status of its own.
        count(*) filter (
            where expectation_results.is_blocking and expectation_results.expectation != 'fresh'
            and expectation_results.account_id is null
        ) as blocking,
        count(*) filter (
            where expectation_results.expectation = 'fresh' and expectation_results.account_id is null
        ) as outdated,
        string_agg(
            expectation_results.table_name || ' ' || expectation_results.expectation
            || coalesce(': ' || expectation_results.message, ''),
            '; '
            order by expectation_results.table_name, expectation_results.expectation
        ) filter (
            where expectation_results.is_blocking and expectation_results.expectation != 'fresh'
            and expectation_results.account_id is null
        ) as message,
        string_agg(expectation_results.message, '; ' order by expectation_results.table_name)
        filter (where expectation_results.expectation = 'fresh' and expectation_results.account_id is null)
            as outdated_message
    from expectation_results
    inner join run on expectation_results.run_id = run.run_id
    where not expectation_results.passed
    group by expectation_results.source_system
),

system_status as (
    select
        source_reads.source_system,
        source_reads.role,
        source_reads.is_enabled,
        source_reads.limit_hours,
        source_reads.last_success_at,
        source_reads.age_hours,
        source_reads.row_count,
        source_reads.previous_row_count,
        source_reads.read_after_on,
        source_reads.failed_tables,
        source_reads.billed_as_read_on,
        coalesce(expectations.failed, 0) as failed_expectations,
        coalesce(account_totals.unanswered_accounts > 0 and account_totals.news_accounts = 0, false)
            as is_acknowledged,
        case
            when not source_reads.is_enabled then 'off'
            when source_reads.failed_tables > 0 then 'failed'
            when expectations.blocking > 0 then 'failed'
            when source_reads.untaken_rows is not null then 'failed'
            when account_totals.accounts = account_totals.failed_accounts then 'failed'
            when source_reads.last_success_at is null or source_reads.unread_tables > 0 then 'stale'
            when source_reads.age_hours > source_reads.limit_hours or expectations.outdated > 0 then 'stale'
            when account_totals.unanswered_accounts > 0 then 'partial'
            else 'healthy'
        end as status,
        case
            when not source_reads.is_enabled then 'switched off in the configuration'
            when source_reads.failed_tables > 0 then source_reads.message
            when expectations.blocking > 0 then 'expectation failed - ' || expectations.message
            when source_reads.untaken_rows is not null
                then
                    'half built: ' || source_reads.untaken_rows || ' loaded, and no model takes them, so nothing of'
                    || ' this source is compared; see docs/add-a-connector.md, step 3'
            when account_totals.accounts = account_totals.failed_accounts
                then
                    case
                        when source_reads.source_system = 'exports' then 'no folder could be read: '
                        else 'no account could be read, for example '
                    end || account_totals.example
            when source_reads.last_success_at is null then 'never read completely'
            when source_reads.unread_tables > 0 then 'a table has no complete read before the cut-off'
            when source_reads.age_hours > source_reads.limit_hours
                then
                    'last complete read is ' || source_reads.age_hours || ' hours old, the limit is '
                    || source_reads.limit_hours
            when expectations.outdated > 0
                then coalesce(expectations.outdated_message, 'a table is older than the limit')
            when account_totals.unanswered_accounts > 0
                then
                    account_totals.unanswered_accounts || ' of ' || account_totals.accounts
                    || case
                        when source_reads.source_system = 'exports' then ' folders are not assessed, for example '
                        else ' accounts could not be read, for example '
                    end || account_totals.example
            when source_reads.read_after_on is not null
                then
                    case when source_reads.role = 'psa' then 'not read at the end of' else 'not read in' end
                    || ' the period: first read on ' || strftime(source_reads.read_after_on, '%Y-%m-%d') || ', '
                    || {{ days_text('source_reads.read_after_on - run.cutoff_date') }} || ' after its last day'
            when source_reads.role = 'psa' and source_reads.billed_as_read_on is not null
                then
                    'billed as read on ' || strftime(source_reads.billed_as_read_on, '%Y-%m-%d')
                    || '; what was read since belongs to later months'
        end as message
    from source_reads
    left join account_totals on source_reads.source_system = account_totals.source_system
    left join expectations on source_reads.source_system = expectations.source_system
    cross join run
)

select * from system_status
