with prices as (
    select * from {{ ref('priced_lines') }}
),

vendor_costs as (
    select * from {{ ref('vendor_costs_by_line') }}
),

rates as (
    select * from {{ ref('rates_in_force') }}
),

-- Price and cost of two currencies make no margin, unless a stored rate leads from the cost's to the price's.
costed as (
    select
        prices.line_key,
        prices.currency,
        -- What is earned is what is billed, whatever the contract says it should be.
        coalesce(prices.line_price, prices.unit_price) as unit_price,
        prices.unit_cost,
        vendor_costs.unit_cost as asked_cost,
        coalesce(vendor_costs.unit_cost_rounding, 0) as unit_cost_rounding,
        vendor_costs.currency as asked_currency,
        rates.rate_text,
        rates.rule_id as rate_rule_id,
        case
            when vendor_costs.currency = prices.currency then vendor_costs.unit_cost
            else {{ converted('vendor_costs.unit_cost', 'rates.rate') }}
        end as vendor_unit_cost
    from prices
    left join vendor_costs on prices.line_key = vendor_costs.line_key
    left join rates
        on
            vendor_costs.currency = rates.from_currency
            and prices.currency = rates.to_currency
)

select
    line_key,
    currency,
    unit_price,
    unit_cost,
    vendor_unit_cost,
    unit_cost_rounding,
    case when unit_price > 0 then (unit_price - vendor_unit_cost) / unit_price end as margin,
    case when unit_price > 0 then (unit_price - unit_cost) / unit_price end as recorded_margin,
    rate_rule_id,
    -- Texts are dear: written only where money was converted.
    case
        when rate_rule_id is not null
            then
                'Cost ' || {{ money_text('asked_cost', 'asked_currency') }} || ' ' || asked_currency || rate_text
                || ' = ' || {{ money_text('vendor_unit_cost', 'currency') }} || ' ' || currency || ' a unit.'
    end as conversion_text
from costed
