with grouped as (
    select * from {{ ref('minimum_groups') }}
),

-- The sum of a group is not known where one of its lines is not: what that line lacks, the others would be billed.
blockers as (
    select
        group_key,
        arg_min(line_key, line_key) as line_key,
        arg_min(blocking_source, line_key) as blocking_source,
        arg_min(coalesce(blocking_message, 'unknown'), line_key) as blocking_message
    from grouped
    where blocking_source is not null
    group by group_key
)

select
    grouped.line_key,
    blockers.blocking_source,
    'needed for the minimum of ' || grouped.group_text || ', which counts ' || blockers.line_key || ' too: '
    || blockers.blocking_message as blocking_message
from grouped
inner join blockers on grouped.group_key = blockers.group_key
qualify row_number() over (partition by grouped.line_key order by grouped.group_key) = 1
