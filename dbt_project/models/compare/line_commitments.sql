with vendor_rows as (
    select * from {{ ref('vendor_rows_resolved') }}
    where resolution = 'counted' and side = 'owned'
),

run as (
    select * from {{ ref('current_run') }}
)

select
    vendor_rows.line_key,
    sum(vendor_rows.quantity) as committed_quantity,
    min(vendor_rows.committed_until) as first_end,
    count(distinct vendor_rows.committed_until) > 1 as has_several_ends,
    sum(vendor_rows.quantity) filter (where vendor_rows.committed_until <= run.cutoff_date + 30) as renewing_quantity,
    -- Seats can be given back for seven days, the day on which they were bought being the first.
    max(vendor_rows.priced_from) filter (
        where vendor_rows.priced_from between run.cutoff_date - 6 and run.cutoff_date
    ) as bought_on
from vendor_rows
cross join run
where vendor_rows.committed_until >= run.cutoff_date
group by vendor_rows.line_key
