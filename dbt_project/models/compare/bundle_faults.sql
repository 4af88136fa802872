with coverage as (
    select * from {{ ref('bundle_coverage') }}
),

bundles as (
    select * from {{ ref('bundles_in_force') }}
),

drivers as (
    select * from {{ ref('bundle_drivers') }}
),

line_faults as (
    select * from {{ ref('line_faults') }}
),

count_faults as (
    select * from {{ ref('line_counts') }}
    where fault is not null
),

readable as (
    select * from {{ ref('lines_readable') }}
),

without_account as (
    select * from {{ ref('lines_without_account') }}
),

-- The line of a bundle cannot be told where its rules do not fit together, or a row of its driver cannot be read.
bundle_lines as (
    select
        drivers.bundle_line_key as line_key,
        drivers.bundle_name,
        coalesce(
            case when drivers.problem is not null then 'rules/bundles.csv' end,
            line_faults.source_system,
            case when count_faults.line_key is not null then drivers.source_system end
        ) as blocking_source,
        coalesce(drivers.problem, line_faults.message, count_faults.fault) as blocking_message
    from drivers
    left join line_faults on drivers.driver_line_key = line_faults.line_key
    left join count_faults on drivers.bundle_line_key = count_faults.line_key
    where drivers.problem is not null or line_faults.line_key is not null or count_faults.line_key is not null
),

-- What a bundle covers cannot be told where its driver, or the count of the component itself, is not known.
parts as (
    select
        coverage.line_key,
        coverage.main_line_key,
        coalesce(
            case when not readable.is_readable then readable.blocking_source end,
            own_faults.source_system,
            bundle_lines.blocking_source,
            case when without_account.line_key is not null then without_account.source_system end,
            case
                when drivers.basis is null then 'rules/counting.csv'
                when not coverage.is_ruled then 'rules/counting.csv'
                when coverage.basis = 'fixed' then 'rules/counting.csv'
            end,
            part_faults.source_system,
            case when count_faults.line_key is not null then 'rules/counting.csv' end
        ) as blocking_source,
        coalesce(
            case
                when not readable.is_readable
                    then 'needed for ' || bundles.bundle_name || ': ' || readable.blocking_message
            end,
            own_faults.message,
            'needed for ' || bundles.bundle_name || ': ' || bundle_lines.blocking_message,
            case
                when without_account.line_key is not null
                    then 'no account is mapped to this client, which ' || bundles.bundle_name || ' is counted by'
            end,
            case
                when drivers.basis is null then bundles.bundle_name || ' has no counting rule'
                when not coverage.is_ruled then bundles.component_name || ' has no counting rule'
                when coverage.basis = 'fixed' then bundles.component_name || ' is fixed, so nothing of it is counted'
            end,
            part_faults.message,
            count_faults.fault
        ) as blocking_message,
        bundles.bundle_name
    from coverage
    inner join bundles on coverage.line_key = bundles.covered_line_key
    left join drivers on bundles.bundle_line_key = drivers.bundle_line_key
    left join readable on bundles.bundle_line_key = readable.line_key
    left join bundle_lines on bundles.bundle_line_key = bundle_lines.line_key
    left join line_faults as own_faults on bundles.bundle_line_key = own_faults.line_key
    left join without_account on bundles.bundle_line_key = without_account.line_key
    left join line_faults as part_faults on coverage.line_key = part_faults.line_key
    left join count_faults on coverage.main_line_key = count_faults.line_key
),

blocked as (
    select
        line_key,
        blocking_source,
        blocking_message,
        bundle_name
    from bundle_lines

    union all

    select
        unnest([line_key, main_line_key]) as line_key,
        blocking_source,
        blocking_message,
        bundle_name
    from parts
    where blocking_source is not null
)

-- Of several bundles, one that is not known is enough.
select
    line_key,
    blocking_source,
    blocking_message
from blocked
qualify row_number() over (partition by line_key order by bundle_name, blocking_source, blocking_message) = 1
