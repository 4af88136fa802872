with billing_rows as (
    select * from {{ ref('billing_rows_resolved') }}
    where bill_mode = 'billable' and not is_bundle_child and not is_credit
),

vendor_rows as (
    select * from {{ ref('vendor_rows_resolved') }}
    where side = 'owned' and resolution = 'counted'
),

run as (
    select * from {{ ref('current_run') }}
)

-- What a record says of its own beginning or end. An invoice's days begin anew each month, which moves nothing.
select
    line_key,
    'billed' as side,
    valid_from as moved_on,
    billed_quantity as quantity
from billing_rows
where is_billed and valid_from is not null

union all

select
    billing_rows.line_key,
    'billed' as side,
    billing_rows.valid_to as moved_on,
    -billing_rows.billed_quantity as quantity
from billing_rows
cross join run
where billing_rows.is_dated_only and billing_rows.valid_to <= run.cutoff_date

union all

select
    line_key,
    side,
    priced_from as moved_on,
    quantity
from vendor_rows
where priced_from is not null
