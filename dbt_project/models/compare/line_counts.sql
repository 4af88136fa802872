with day_counts as (
    select * from {{ ref('day_counts') }}
    where whose = 'contract'
),

components as (
    select
        main_line_key,
        string_agg(bundle_name, ' and ' order by bundle_name) as bundles_text
    from {{ ref('bundles_in_force') }}
    group by main_line_key
),

-- Where included units or a minimum change within the period: an average is that of the days on which each of them
-- held, weighed by these days; the peak is the day on which most was due.
stretches as (
    select
        line_key,
        counted_when,
        included_quantity,
        minimum_quantity,
        count(*) as day_count,
        sum(quantity) as day_quantity,
        greatest(
            0,
            sum(quantity) - count(*) * included_quantity,
            count(*) * coalesce(minimum_quantity, 0)
        ) as expected_days,
        arg_max(day, (quantity, -epoch(day))) as peak_day,
        max(quantity) as peak_quantity
    from {{ ref('day_rules') }}
    where counted_when in ('average', 'peak') and quantity is not null
    group by line_key, counted_when, included_quantity, minimum_quantity
),

rules_changed as (
    select
        line_key,
        counted_when,
        sum(day_count) as day_count,
        sum(day_count * included_quantity) as included_days,
        sum(day_quantity) as day_quantity,
        sum(expected_days) as expected_days,
        bool_or(minimum_quantity is not null) as has_minimum,
        arg_max(
            struct_pack(
                day := peak_day,
                quantity := peak_quantity,
                included_quantity := included_quantity,
                minimum_quantity := coalesce(minimum_quantity, 0)
            ),
            (greatest(0, peak_quantity - included_quantity, coalesce(minimum_quantity, 0)), -epoch(peak_day))
        ) as peak
    from stretches
    group by line_key, counted_when
    having count(*) > 1
),

ruled as (
    select
        day_counts.* exclude (counted_quantity, counted_text),
        case
            when rules_changed.counted_when = 'peak' and day_counts.counted_quantity is not null
                then rules_changed.peak.quantity
            else day_counts.counted_quantity
        end as counted_quantity,
        case
            when rules_changed.counted_when = 'peak'
                then
                    replace(
                        day_counts.counted_text,
                        'peak of ' || strftime(day_counts.peak_day, '%Y-%m-%d'),
                        'peak of ' || strftime(rules_changed.peak.day, '%Y-%m-%d')
                    )
            else day_counts.counted_text
        end as counted_text,
        case
            when rules_changed.counted_when = 'peak' then rules_changed.peak.included_quantity
            when rules_changed.has_minimum
                then {{ share_of('rules_changed.included_days', '1', 'rules_changed.day_count') }}
            else
                {{
                    share_of(
                        'rules_changed.day_quantity - rules_changed.expected_days', '1', 'rules_changed.day_count'
                    )
                }}
        end as included_quantity,
        case
            when rules_changed.counted_when = 'peak' then rules_changed.peak.minimum_quantity
            when rules_changed.has_minimum
                then {{ share_of('rules_changed.expected_days', '1', 'rules_changed.day_count') }}
        end as minimum_quantity
    from day_counts
    left join rules_changed on day_counts.line_key = rules_changed.line_key
)

-- What a bundle covers is told of the last day: set off against a count of other days, it would be a guess. A prorated
-- component is compared on the last day like any other; what its days come to beyond the bundle is not known.
select
    ruled.line_key,
    ruled.counted_when,
    case when components.main_line_key is null then ruled.counted_quantity end as counted_quantity,
    case
        when components.main_line_key is not null and ruled.counted_when != 'prorated'
            then
                'its counting rule says ' || ruled.counted_when || ', and what ' || components.bundles_text
                || ' covers of it is counted on the last day'
        else ruled.fault
    end as fault,
    ruled.has_every_day and components.main_line_key is null as has_every_day,
    ruled.counted_text,
    ruled.included_quantity,
    ruled.minimum_quantity
from ruled
left join components on ruled.line_key = components.main_line_key
