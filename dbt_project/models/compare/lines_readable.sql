with lines as (
    select * from {{ ref('lines') }}
),

shared as (
    select * from {{ ref('lines_shared') }}
    where is_basis_shared
),

charged as (
    select * from {{ ref('lines_charged') }}
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

judged as (
    select
        lines.*,
        case
            when lines.client_id is null then psa_overall.is_assessable
            else coalesce(psa_status.is_assessable, false)
        end as is_psa_assessable,
        case
            when lines.client_id is null then coalesce(psa_overall.source_system, 'psa')
            else split_part(lines.client_id, ':', 1)
        end as psa_system,
        case
            when lines.client_id is null then psa_overall.message
            else psa_status.message
        end as psa_message
    from lines
    cross join psa_overall
    left join psa_status on split_part(lines.client_id, ':', 1) = psa_status.source_system
)

-- A line with a fixed basis, or without any rule, needs the PSA alone.
select
    judged.line_key,
    judged.is_psa_assessable
    and (judged.needed_source is null or judged.is_needed_readable)
    and (not judged.is_ruled or judged.basis = 'fixed' or judged.needed_source is not null)
    and shared.line_key is null
    and (judged.basis is distinct from 'charged' or coalesce(charged.is_known, false)) as is_readable,
    judged.needed_source,
    case
        when not judged.is_psa_assessable then judged.psa_system
        else judged.needed_source
    end as blocking_source,
    case
        when not judged.is_psa_assessable then coalesce(judged.psa_message, 'the PSA is not configured')
        when judged.needed_source is null then 'the counting rule names no source for its basis'
        when judged.is_needed_readable and shared.line_key is not null
            then
                'the ' || judged.basis
                || ' quantity is stated for the whole shared account, whose users are split by rule'
        when judged.is_needed_readable and judged.basis = 'charged' and not coalesce(charged.is_known, false)
            then
                'no invoice that charges ' || coalesce('subscription ' || charged.waiting_record_id || ' on ', '')
                || strftime(run.cutoff_date, '%Y-%m-%d') || ' has arrived yet'
        else judged.needed_message
    end as blocking_message
from judged
cross join run
left join shared on judged.line_key = shared.line_key
left join charged on judged.line_key = charged.line_key
