with lines as (
    select * from {{ ref('lines') }}
),

classified as (
    select * from {{ ref('classified_lines') }}
),

quantities as (
    select * from {{ ref('quantities_by_line') }}
),

explained as (
    select * from {{ ref('explained_lines') }}
),

line_names as (
    select * from {{ ref('line_names') }}
),

margins as (
    select * from {{ ref('line_margins') }}
),

line_flags as (
    select * from {{ ref('line_flags') }}
),

amounts as (
    select * from {{ ref('line_amounts') }}
),

commitments as (
    select * from {{ ref('line_commitments') }}
),

line_counts as (
    select * from {{ ref('line_counts') }}
),

back_billing as (
    select * from {{ ref('line_back_billing') }}
),

run as (
    select * from {{ ref('current_run') }}
)

select
    run.period,
    lines.line_key,
    lines.line_part,
    lines.client_key,
    lines.product_key,
    lines.client_id,
    line_names.client_name,
    lines.product_id,
    line_names.product_name,
    classified.agreement_id,
    line_names.unit,
    lines.basis,
    lines.needed_source as basis_source,
    case when lines.needed_source is not null then coalesce(line_counts.counted_when, 'last_day') end as counted_when,
    lines.source_system as vendor_source_system,
    lines.account_id as vendor_account_id,
    lines.vendor_product_id,
    cast(classified.billed_quantity as decimal(18, 4)) as billed_quantity,
    cast(quantities.owned_quantity as decimal(18, 4)) as owned_quantity,
    cast(quantities.used_quantity as decimal(18, 4)) as used_quantity,
    cast(quantities.charged_quantity as decimal(18, 4)) as charged_quantity,
    cast(classified.basis_quantity as decimal(18, 4)) as basis_quantity,
    cast(classified.included_quantity as decimal(18, 4)) as included_quantity,
    cast(classified.minimum_quantity as decimal(18, 4)) as minimum_quantity,
    cast(classified.expected_quantity as decimal(18, 4)) as expected_quantity,
    cast(classified.variance as decimal(18, 4)) as variance,
    cast(quantities.census_quantity as decimal(18, 4)) as census_quantity,
    cast(case when classified.is_assessed then commitments.droppable_quantity end as decimal(18, 4))
        as droppable_quantity,
    cast(classified.unit_price as decimal(18, 6)) as unit_price,
    classified.price_source,
    cast(classified.contract_price as decimal(18, 6)) as contract_price,
    cast(classified.line_price as decimal(18, 6)) as line_price,
    cast(classified.catalogue_price as decimal(18, 6)) as catalogue_price,
    cast(classified.unit_cost as decimal(18, 6)) as unit_cost,
    cast(margins.vendor_unit_cost as decimal(18, 6)) as vendor_unit_cost,
    cast(margins.margin as decimal(18, 6)) as margin,
    cast(margins.recorded_margin as decimal(18, 6)) as recorded_margin,
    classified.currency,
    cast(classified.revenue_impact as decimal(18, 3)) as revenue_impact,
    cast(classified.cost_impact as decimal(18, 3)) as cost_impact,
    cast(classified.unrounded_impact as decimal(28, 10)) as unrounded_impact,
    cast(classified.revenue_impact - classified.unrounded_impact as decimal(28, 10)) as rounding_residue,
    cast(amounts.unit_days as decimal(18, 4)) as unit_days,
    cast(amounts.average_quantity as decimal(18, 4)) as average_quantity,
    cast(amounts.expected_amount as decimal(18, 3)) as expected_amount,
    cast(amounts.billed_amount as decimal(18, 3)) as billed_amount,
    cast(amounts.expected_amount - amounts.billed_amount as decimal(18, 3)) as amount_variance,
    cast(amounts.price_drift_amount as decimal(18, 3)) as price_drift_amount,
    cast(amounts.amount_difference_amount as decimal(18, 3)) as amount_difference_amount,
    back_billing.exposure_months,
    cast(back_billing.exposure_amount as decimal(18, 3)) as exposure_amount,
    cast(back_billing.collectable_amount as decimal(18, 3)) as collectable_amount,
    cast(back_billing.exposure_amount - back_billing.collectable_amount as decimal(18, 3)) as beyond_limit_amount,
    classified.class,
    classified.kind,
    classified.is_assessed,
    cast(coalesce(line_flags.flags, []) as varchar[]) as flags,
    explained.explanation,
    lines.counting_rule_id as rule_id,
    margins.rate_rule_id,
    run.as_of
from lines
cross join run
inner join classified on lines.line_key = classified.line_key
inner join quantities on lines.line_key = quantities.line_key
inner join explained on lines.line_key = explained.line_key
inner join margins on lines.line_key = margins.line_key
inner join line_names on lines.line_key = line_names.line_key
left join line_flags on lines.line_key = line_flags.line_key
left join amounts on lines.line_key = amounts.line_key
left join commitments on lines.line_key = commitments.line_key
left join line_counts on lines.line_key = line_counts.line_key
left join back_billing on lines.line_key = back_billing.line_key
