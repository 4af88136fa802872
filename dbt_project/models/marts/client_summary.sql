with measures as (
    {{ line_measures() }}
),

run as (
    select * from {{ ref('current_run') }}
)

select
    run.period,
    measures.client_key,
    measures.currency,
    min(measures.client_id) as client_id,
    min(measures.client_name) as client_name,
    cast(count(*) as bigint) as line_count,
    cast(count(*) filter (where measures.is_assessed) as bigint) as assessed_line_count,
    cast(count(*) filter (where measures.is_discrepancy) as bigint) as discrepancy_count,
    cast(count(*) filter (where measures.is_unpriced) as bigint) as unpriced_count,
    cast(count(*) filter (where measures.class = 'not_assessed') as bigint) as not_assessed_count,
    cast(count(*) filter (where measures.class = 'unmapped_client') as bigint) as unmapped_client_count,
    cast(count(*) filter (where measures.class = 'unmapped_product') as bigint) as unmapped_product_count,
    cast(count(*) filter (where measures.class = 'unallocated') as bigint) as unallocated_count,
    cast(count(*) filter (where measures.class = 'excluded') as bigint) as excluded_count,
    cast(count(*) filter (where measures.class = 'covered_by_bundle') as bigint) as covered_by_bundle_count,
    cast(count(*) filter (where measures.class = 'unbilled') as bigint) as unbilled_count,
    cast(count(*) filter (where measures.class = 'orphan_billing') as bigint) as orphan_billing_count,
    cast(count(*) filter (where measures.class = 'underbilled') as bigint) as underbilled_count,
    cast(count(*) filter (where measures.class = 'overbilled') as bigint) as overbilled_count,
    cast(count(*) filter (where measures.class = 'matched_tolerance') as bigint) as matched_tolerance_count,
    cast(count(*) filter (where measures.class = 'matched_minimum') as bigint) as matched_minimum_count,
    cast(count(*) filter (where measures.class = 'timing') as bigint) as timing_count,
    cast(count(*) filter (where measures.class = 'matched') as bigint) as matched_count,
    cast(sum(measures.underbilled_amount) as decimal(18, 3)) as underbilled_amount,
    cast(sum(measures.overbilled_amount) as decimal(18, 3)) as overbilled_amount,
    cast(sum(measures.price_drift_underbilled_amount) as decimal(18, 3)) as price_drift_underbilled_amount,
    cast(sum(measures.price_drift_overbilled_amount) as decimal(18, 3)) as price_drift_overbilled_amount,
    cast(sum(measures.amount_difference_underbilled_amount) as decimal(18, 3)) as amount_difference_underbilled_amount,
    cast(sum(measures.amount_difference_overbilled_amount) as decimal(18, 3)) as amount_difference_overbilled_amount,
    cast(sum(measures.billed_quantity) as decimal(18, 4)) as billed_quantity,
    cast(sum(measures.assessed_billed_quantity) as decimal(18, 4)) as assessed_billed_quantity,
    cast(sum(measures.census_quantity) as decimal(18, 4)) as census_quantity,
    cast(sum(measures.assessed_census_quantity) as decimal(18, 4)) as assessed_census_quantity,
    cast(coalesce(sum(measures.billable_quantity), 0) as decimal(18, 4)) as billable_quantity,
    cast(coalesce(sum(measures.assessed_billable_quantity), 0) as decimal(18, 4)) as assessed_billable_quantity,
    cast(coalesce(sum(measures.unpriced_billable_quantity), 0) as decimal(18, 4)) as unpriced_billable_quantity,
    {{ payable('coalesce(sum(measures.billable_amount), 0)', 'measures.currency') }} as billable_amount,
    {{ payable('coalesce(sum(measures.assessed_billable_amount), 0)', 'measures.currency') }}
        as assessed_billable_amount
from measures
cross join run
group by run.period, measures.client_key, measures.currency
order by measures.client_key, measures.currency
