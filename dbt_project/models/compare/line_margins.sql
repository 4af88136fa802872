with prices as (
    select * from {{ ref('priced_lines') }}
),

vendor_costs as (
    select * from {{ ref('vendor_costs_by_line') }}
),

-- Price and cost of two currencies make no margin.
costed as (
    select
        prices.line_key,
        prices.currency,
        prices.unit_price,
        prices.unit_cost,
        vendor_costs.unit_cost as vendor_unit_cost
    from prices
    left join vendor_costs
        on
            prices.line_key = vendor_costs.line_key
            and prices.currency = vendor_costs.currency
)

select
    line_key,
    currency,
    unit_price,
    unit_cost,
    vendor_unit_cost,
    case when unit_price > 0 then (unit_price - vendor_unit_cost) / unit_price end as margin,
    case when unit_price > 0 then (unit_price - unit_cost) / unit_price end as recorded_margin
from costed
