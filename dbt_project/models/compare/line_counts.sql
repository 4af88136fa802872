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
)

-- What a bundle covers is told of the last day: set off against a count of other days, it would be a guess. A prorated
-- component is compared on the last day like any other; what its days come to beyond the bundle is not known.
select
    day_counts.line_key,
    day_counts.counted_when,
    case when components.main_line_key is null then day_counts.counted_quantity end as counted_quantity,
    case
        when components.main_line_key is not null and day_counts.counted_when != 'prorated'
            then
                'its counting rule says ' || day_counts.counted_when || ', and what ' || components.bundles_text
                || ' covers of it is counted on the last day'
        else day_counts.fault
    end as fault,
    day_counts.has_every_day and components.main_line_key is null as has_every_day,
    day_counts.counted_text
from day_counts
left join components on day_counts.line_key = components.main_line_key
