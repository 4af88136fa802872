with vendor_rows as (
    select * from {{ ref('vendor_rows_resolved') }}
    where
        (resolution = 'counted' or (resolution = 'excluded_by_rule' and designated_source = source_system))
        and side in ('owned', 'charged')
        and monthly_unit_cost is not null
),

lines as (
    select * from {{ ref('lines') }}
),

run as (
    select * from {{ ref('current_run') }}
)

-- What was invoiced goes before what the subscription promises; of several, the newest.
select
    vendor_rows.line_key,
    vendor_rows.monthly_unit_cost as unit_cost,
    coalesce(vendor_rows.currency, run.default_currency) as currency
from vendor_rows
cross join run
inner join lines on vendor_rows.line_key = lines.line_key
where case vendor_rows.side when 'owned' then lines.is_owned_readable else lines.is_charged_readable end
qualify
    row_number() over (
        partition by vendor_rows.line_key
        order by
            vendor_rows.side = 'charged' desc,
            vendor_rows.priced_from desc nulls last,
            vendor_rows.source_record_id asc
    ) = 1
