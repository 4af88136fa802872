with readable as (
    select * from {{ ref('lines_readable') }}
),

line_faults as (
    select * from {{ ref('line_faults') }}
),

count_faults as (
    select * from {{ ref('line_counts') }}
    where fault is not null
),

partial_peaks as (
    select * from {{ ref('partial_peaks') }}
),

bundle_faults as (
    select * from {{ ref('bundle_faults') }}
),

minimum_faults as (
    select * from {{ ref('minimum_faults') }}
)

-- The first that stands in the way is told: the source itself, a row of it, a bundle, a line of the same minimum.
select
    readable.line_key,
    readable.is_readable
    and line_faults.line_key is null
    and count_faults.line_key is null
    and partial_peaks.line_key is null
    and bundle_faults.line_key is null
    and minimum_faults.line_key is null as is_assessed,
    case
        when not readable.is_readable then readable.blocking_source
        when line_faults.line_key is not null then line_faults.source_system
        when count_faults.line_key is not null then readable.needed_source
        when partial_peaks.line_key is not null then readable.needed_source
        when bundle_faults.line_key is not null then bundle_faults.blocking_source
        else minimum_faults.blocking_source
    end as blocking_source,
    case
        when not readable.is_readable then readable.blocking_message
        when line_faults.line_key is not null then line_faults.message
        when count_faults.line_key is not null then count_faults.fault
        when partial_peaks.line_key is not null then partial_peaks.message
        when bundle_faults.line_key is not null then bundle_faults.blocking_message
        else minimum_faults.blocking_message
    end as blocking_message,
    case
        when not readable.is_readable then 'that source is read again'
        else 'that is mended'
    end as blocking_end
from readable
left join line_faults on readable.line_key = line_faults.line_key
left join count_faults on readable.line_key = count_faults.line_key
left join partial_peaks on readable.line_key = partial_peaks.line_key
left join bundle_faults on readable.line_key = bundle_faults.line_key
left join minimum_faults on readable.line_key = minimum_faults.line_key
