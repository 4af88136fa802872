with reads as (
    select * from {{ ref('stg_control__reads') }}
),

current_reads as (
    select * from {{ ref('current_reads') }}
),

accounts_gone as (
    select * from {{ ref('accounts_gone') }}
),

sources as (
    select * from {{ ref('stg_control__sources') }}
),

exported_quantities as (
    select * from {{ ref('quantities_exports') }}
    where counted_on is not null and account_id is not null
),

run as (
    select * from {{ ref('stg_control__run') }}
),

-- What was found in one folder of the inbox; how old it is, its reads tell.
expectation_results as (
    select * from {{ ref('stg_control__expectation_results') }}
    where account_id is not null and is_blocking and not passed and expectation != 'fresh'
),

-- What this run was told when it asked for the account; a later answer replaces an earlier one.
asked as (
    select
        reads.source_system,
        reads.account_id,
        reads.table_name,
        arg_max(reads.status, coalesce(reads.captured_at, timestamptz '9999-01-01 00:00:00+00')) as status,
        arg_max(reads.message, coalesce(reads.captured_at, timestamptz '9999-01-01 00:00:00+00')) as message
    from reads
    inner join run on reads.run_id = run.run_id
    where reads.account_id is not null
    group by reads.source_system, reads.account_id, reads.table_name
),

-- What is known of it, however old.
known as (
    select
        reads.source_system,
        reads.account_id,
        reads.table_name,
        max(current_reads.captured_at) as captured_at
    from reads
    left join current_reads
        on
            reads.source_system = current_reads.source_system
            and reads.table_name = current_reads.table_name
            and reads.account_id = current_reads.account_id
    where reads.account_id is not null
    group by reads.source_system, reads.account_id, reads.table_name
),

judged as (
    select
        known.source_system,
        known.account_id,
        known.table_name,
        case
            -- Both tables of a folder are read together.
            when known.source_system = 'exports' and known.table_name != 'billing_lines' then null
            when known.source_system = 'exports' and asked.status = 'failed' then asked.message
            when asked.status = 'refused'
                then known.table_name || ' refused: ' || coalesce(asked.message, 'no consent')
            when asked.status = 'failed'
                then known.table_name || ' failed: ' || coalesce(asked.message, 'no reason given')
            when known.captured_at is null
                then known.table_name || ' was never read before ' || strftime(run.cutoff, '%Y-%m-%d %H:%M')
            when known.source_system = 'exports' and known.captured_at >= run.cutoff - to_hours(sources.limit_hours)
                then null
            when known.source_system = 'exports'
                then
                    'its files are of ' || strftime(known.captured_at, '%Y-%m-%d %H:%M') || ', more than '
                    || sources.limit_hours || ' hours before '
                    || case when run.as_of > run.cutoff then 'the cut-off' else 'the run' end
            when known.captured_at < run.cutoff - to_hours(sources.limit_hours)
                then
                    known.table_name || ' was last read at ' || strftime(known.captured_at, '%Y-%m-%d %H:%M')
                    || ', more than ' || sources.limit_hours || ' hours before the cut-off'
        end as problem,
        asked.status,
        known.captured_at,
        -- What cannot be told without this table; the subscriptions below a SKU only say whose its units are.
        case known.table_name
            when 'subscribed_skus' then ['owned']
            when 'license_assignments' then ['used']
            when 'directory_subscriptions' then []
            else ['owned', 'used', 'charged']
        end as sides
    from known
    inner join sources on known.source_system = sources.source_system and sources.is_enabled
    left join asked
        on
            known.source_system = asked.source_system
            and known.account_id = asked.account_id
            and known.table_name = asked.table_name
    cross join run
),

-- A count is as old as its last day. An account that is missing on a day on which others were counted is gone only
-- where the file names every account; else nobody knows what it has.
counted as (
    select
        source_system,
        account_id,
        side,
        any_value(closing_day) as closing_day,
        any_value(newest_day) as newest_day
    from exported_quantities
    group by source_system, account_id, side
),

judged_counts as (
    select
        counted.source_system,
        counted.account_id,
        counted.side,
        'counts of ' || counted.side as table_name,
        coalesce(counted.closing_day, date '1900-01-01') as counted_until,
        case
            when counted.closing_day is null
                then 'it has no count up to ' || strftime(run.cutoff_date, '%Y-%m-%d')
            when counted.closing_day < counted.newest_day
                then
                    'its counts end on ' || strftime(counted.closing_day, '%Y-%m-%d') || ', those of other accounts on '
                    || strftime(counted.newest_day, '%Y-%m-%d')
                    || '; if it is gone, end its mapping, or say names_every_account = true in profile.toml of inbox/'
                    || counted.source_system
            -- An audit looks at the month that its files are of.
            when
                run.accept_name_score is null
                and counted.closing_day + interval 1 day
                < (run.cutoff - to_hours(sources.limit_hours)) at time zone 'UTC'
                then
                    'its counts end on ' || strftime(counted.closing_day, '%Y-%m-%d') || ', more than '
                    || sources.limit_hours || ' hours before the cut-off; export the days up to it'
        end as problem
    from counted
    inner join sources on sources.source_system = 'exports' and sources.is_enabled
    cross join run
),

judged_folders as (
    select
        expectation_results.source_system,
        expectation_results.account_id,
        'expectation failed - ' || string_agg(
            expectation_results.message, '; ' order by expectation_results.table_name, expectation_results.expectation
        ) as problem
    from expectation_results
    inner join run on expectation_results.run_id = run.run_id
    group by expectation_results.source_system, expectation_results.account_id
),

all_judged as (
    select
        source_system,
        account_id,
        table_name,
        problem,
        status,
        captured_at,
        sides,
        cast(null as date) as counted_until
    from judged

    union all

    select
        source_system,
        account_id,
        'expectations' as table_name,
        problem,
        'failed' as status,
        cast(null as timestamptz) as captured_at,
        ['owned', 'used', 'charged'] as sides,
        cast(null as date) as counted_until
    from judged_folders

    union all

    select
        source_system,
        account_id,
        table_name,
        problem,
        null as status,
        cast(null as timestamptz) as captured_at,
        [side] as sides,
        counted_until
    from judged_counts
),

account_status as (
    select
        source_system,
        account_id,
        count(problem) = 0 as is_assessable,
        string_agg(problem, '; ' order by table_name) as message,
        coalesce(list_distinct(flatten(list(sides) filter (where problem is not null))), []) as stopped_sides,
        bool_or(coalesce(status = 'refused', false)) as is_refused,
        bool_or(coalesce(status = 'failed', false)) as is_failed,
        min(captured_at) as last_success_at,
        -- Only where old counts are all that stands in the way: what they say of their own days is known.
        case when count(*) = count(counted_until) then min(counted_until) end as counted_until
    from all_judged
    group by source_system, account_id
),

-- A refusal that somebody knows of: it stops the same lines, and says who knows.
known_refusals as (
    select
        rules.source_system,
        rules.account_id,
        min(
            'known to ' || rules.confirmed_by || ' since ' || strftime(rules.confirmed_at, '%Y-%m-%d') || ': '
            || rules.reason || ' (' || rules.rule_id || ')'
        ) as message
    from {{ ref('stg_rules__known_refusals') }} as rules
    inner join run on {{ in_force('rules.valid_from', 'rules.valid_to', home_date('run.as_of')) }}
    group by rules.source_system, rules.account_id
)

-- An account that is gone, and known to be, stops nothing and makes no source partial.
select
    account_status.source_system,
    account_status.account_id,
    account_status.is_assessable and accounts_gone.account_id is null as is_assessable,
    coalesce(
        accounts_gone.message,
        account_status.message || case
            when account_status.is_refused then coalesce('; ' || known_refusals.message, '') else ''
        end
    ) as message,
    case when accounts_gone.account_id is null then account_status.stopped_sides else [] end as stopped_sides,
    account_status.is_refused and accounts_gone.account_id is null as is_refused,
    account_status.is_failed and accounts_gone.account_id is null as is_failed,
    account_status.is_refused and not account_status.is_failed and known_refusals.account_id is not null
        as is_acknowledged,
    account_status.last_success_at,
    account_status.counted_until
from account_status
left join accounts_gone
    on
        account_status.source_system = accounts_gone.source_system
        and account_status.account_id = accounts_gone.account_id
left join known_refusals
    on
        account_status.source_system = known_refusals.source_system
        and account_status.account_id = known_refusals.account_id
