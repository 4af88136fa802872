-- What every summary adds up, decided once. Under- and overbilled money are two columns, so that no sum can net them.
with lines as (
    select * from {{ ref('lines') }}
),

classified as (
    select * from {{ ref('classified_lines') }}
),

quantities as (
    select * from {{ ref('quantities_by_line') }}
)

select
    lines.line_key,
    lines.client_key,
    lines.product_key,
    lines.client_id,
    lines.product_id,
    classified.currency,
    classified.class,
    classified.kind,
    classified.is_assessed,
    classified.billed_quantity,
    case when classified.is_assessed then classified.billed_quantity else 0 end as assessed_billed_quantity,
    quantities.census_quantity,
    case when classified.is_assessed then quantities.census_quantity else 0 end as assessed_census_quantity,
    case
        when classified.class in ('unbilled', 'underbilled') then coalesce(classified.revenue_impact, 0)
        else 0
    end as underbilled_amount,
    case
        when classified.class in ('orphan_billing', 'overbilled') then coalesce(-classified.revenue_impact, 0)
        else 0
    end as overbilled_amount,
    classified.kind not in ('explained', 'clean') as is_discrepancy,
    classified.kind = 'billing' and classified.revenue_impact is null as is_unpriced
from lines
inner join classified on lines.line_key = classified.line_key
inner join quantities on lines.line_key = quantities.line_key
