with agreements as (
    select * from {{ ref('agreements') }}
),

-- A line bills from the first day on which both it and its agreement are in force.
billing_rows as (
    select resolved.* replace (greatest(resolved.valid_from, agreements.valid_from) as valid_from)
    from {{ ref('billing_rows_resolved') }} as resolved
    left join agreements on resolved.agreement_id = agreements.agreement_id
    where resolved.bill_mode = 'billable' and not resolved.is_credit
),

run as (
    select
        *,
        cast(period_end + interval 1 month as date) as next_period_end
    from {{ ref('current_run') }}
)

-- A line that comes and goes before the next period ends changes nothing by then.
select
    billing_rows.line_key,
    billing_rows.source_record_id,
    billing_rows.valid_from as event_date,
    billing_rows.billed_quantity as billed_change,
    billing_rows.included_quantity as included_change
from billing_rows
cross join run
where
    billing_rows.starts_later
    and billing_rows.valid_from < run.next_period_end
    and coalesce(billing_rows.valid_to >= run.next_period_end, true)

union all

select
    billing_rows.line_key,
    billing_rows.source_record_id,
    billing_rows.valid_to as event_date,
    -billing_rows.billed_quantity as billed_change,
    -billing_rows.included_quantity as included_change
from billing_rows
cross join run
where
    billing_rows.is_live
    and billing_rows.valid_to > run.cutoff_date
    and billing_rows.valid_to < run.next_period_end
