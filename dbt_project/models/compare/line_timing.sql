with events as (
    select
        line_key,
        sum(billed_change) as billed_change,
        sum(included_change) as included_change,
        max(event_date) as last_event_date,
        string_agg(
            {{ plain_number('abs(billed_change)') }} || case when billed_change < 0 then ' fewer' else ' more' end
            || ' from ' || strftime(event_date, '%Y-%m-%d') || ' (line ' || source_record_id || ')',
            ', '
            order by event_date, source_record_id
        ) as events_text
    from {{ ref('line_events') }}
    group by line_key
),

lines as (
    select * from {{ ref('lines') }}
    where line_part = 'main'
),

expected as (
    select * from {{ ref('expected_lines') }}
    where expected_quantity != billed_quantity
),

-- The same arithmetic as of today, with what will then be billed and included.
clearing as (
    select
        events.*,
        expected.minimum_quantity,
        expected.billed_quantity + events.billed_change as later_billed_quantity,
        case
            when lines.basis = 'fixed' then expected.billed_quantity + events.billed_change
            else greatest(0, expected.basis_quantity - (expected.included_quantity + events.included_change))
        end as later_reduced_quantity
    from events
    inner join lines on events.line_key = lines.line_key
    inner join expected on events.line_key = expected.line_key
)

select
    line_key,
    last_event_date,
    events_text || ' = ' || {{ plain_number('later_billed_quantity') }} || ' billed then; must clear in the period '
    || strftime(last_event_date, '%Y-%m') as timing_text
from clearing
where
    later_billed_quantity
    = case
        when minimum_quantity > later_reduced_quantity then minimum_quantity
        else later_reduced_quantity
    end
