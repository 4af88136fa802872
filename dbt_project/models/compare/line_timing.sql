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

vendor_rows as (
    select * from {{ ref('vendor_rows_resolved') }}
    where resolution = 'counted' and side = 'owned' and priced_from is not null
),

run as (
    select * from {{ ref('current_run') }}
),

-- What the newest earlier period that was assessed expected of the line.
before as (
    select
        line_key,
        arg_max(expected_quantity, period) as expected_quantity
    from {{ ref('earlier_periods') }}
    where expected_quantity is not null
    group by line_key
),

-- Where nothing is billed, one unit owned since before the period shows that the difference is no lag.
owned_before as (
    select distinct vendor_rows.line_key
    from vendor_rows
    cross join run
    where vendor_rows.priced_from < run.period and vendor_rows.quantity > 0
),

-- The same arithmetic as of today, with what will then be billed and included.
clearing as (
    select
        events.*,
        expected.minimum_quantity,
        -- Only units that came or went within this period are a lag: what was expected before is what is billed now,
        -- or less of it where units came, or more where units went.
        case
            when expected.expected_quantity > expected.billed_quantity
                then
                    coalesce(before.expected_quantity <= expected.billed_quantity, true)
                    and (
                        before.line_key is not null
                        or lines.basis is distinct from 'owned'
                        or expected.billed_quantity > 0
                        or owned_before.line_key is null
                    )
            else coalesce(before.expected_quantity >= expected.billed_quantity, true)
        end as came_within_period,
        expected.billed_quantity + events.billed_change as later_billed_quantity,
        case
            when lines.basis = 'fixed' and expected.reduced_quantity != expected.billed_quantity
                then expected.reduced_quantity
            when lines.basis = 'fixed' then expected.billed_quantity + events.billed_change
            else greatest(0, expected.basis_quantity - (expected.included_quantity + events.included_change))
        end as later_reduced_quantity
    from events
    inner join lines on events.line_key = lines.line_key
    inner join expected on events.line_key = expected.line_key
    left join before on events.line_key = before.line_key
    left join owned_before on events.line_key = owned_before.line_key
)

select
    line_key,
    last_event_date,
    events_text || ' = ' || {{ plain_number('later_billed_quantity') }} || ' billed then; must clear in the period '
    || strftime(last_event_date, '%Y-%m') as timing_text
from clearing
where
    came_within_period
    and later_billed_quantity
    = case
        when minimum_quantity > later_reduced_quantity then minimum_quantity
        else later_reduced_quantity
    end
