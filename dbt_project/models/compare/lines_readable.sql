with lines as (
    select * from {{ ref('lines') }}
),

line_sources as (
    select * from {{ ref('line_sources') }}
),

shared as (
    select * from {{ ref('lines_shared') }}
    where is_basis_shared
),

charging as (
    select * from {{ ref('charging_sources') }}
),

run as (
    select * from {{ ref('current_run') }}
),

psa_status as (
    select * from {{ ref('source_status') }}
    where role = 'psa'
),

-- A vendor account without client is judged against every PSA: any of them may hold its client.
psa_overall as (
    select
        min(source_system) filter (where not is_assessable) as source_system,
        min(message) filter (where not is_assessable) as message,
        coalesce(bool_and(is_assessable), false) as is_assessable
    from psa_status
),

psa_by_line as (
    select
        lines.line_key,
        case
            when lines.client_id is null then psa_overall.is_assessable
            else coalesce(psa_status.is_assessable, false)
        end as is_assessable,
        case
            when lines.client_id is null then coalesce(psa_overall.source_system, 'psa')
            else split_part(lines.client_id, ':', 1)
        end as source_system,
        case
            when lines.client_id is null then psa_overall.message
            else psa_status.message
        end as message
    from lines
    cross join psa_overall
    left join psa_status on split_part(lines.client_id, ':', 1) = psa_status.source_system
)

-- A line with a fixed basis, or without any rule, needs the PSA alone.
select
    lines.line_key,
    psa_by_line.is_assessable
    and (lines.needed_source is null or line_sources.is_assessable)
    and (not lines.is_ruled or lines.basis = 'fixed' or lines.needed_source is not null)
    and shared.line_key is null
    and (lines.basis is distinct from 'charged' or charging.source_system is not null) as is_readable,
    lines.needed_source,
    case
        when not psa_by_line.is_assessable then psa_by_line.source_system
        else lines.needed_source
    end as blocking_source,
    case
        when not psa_by_line.is_assessable then coalesce(psa_by_line.message, 'the PSA is not configured')
        when lines.needed_source is null then 'the counting rule names no source for its basis'
        when line_sources.is_assessable and shared.line_key is not null
            then
                'the ' || lines.basis
                || ' quantity is stated for the whole shared account, whose users are split by rule'
        when line_sources.is_assessable and lines.basis = 'charged' and charging.source_system is null
            then 'no invoice that charges ' || strftime(run.cutoff_date, '%Y-%m-%d') || ' has arrived yet'
        else line_sources.message
    end as blocking_message
from lines
cross join run
inner join psa_by_line on lines.line_key = psa_by_line.line_key
left join shared on lines.line_key = shared.line_key
left join charging on lines.needed_source = charging.source_system
left join line_sources
    on
        lines.line_key = line_sources.line_key
        and lines.needed_source = line_sources.source_system
