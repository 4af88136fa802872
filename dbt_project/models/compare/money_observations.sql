with prices as (
    select * from {{ ref('priced_lines') }}
),

price_drifts as (
    select * from {{ ref('price_drifts') }}
),

double_lines as (
    select * from {{ ref('double_lines') }}
),

margins as (
    select * from {{ ref('line_margins') }}
),

billed as (
    select * from {{ ref('billed_by_line') }}
    where is_billed
),

amounts as (
    select * from {{ ref('line_amounts') }}
),

terms as (
    select * from {{ ref('line_terms') }}
)

-- A price of zero that the contract states has its reason there.
select
    prices.line_key,
    'zero_price' as flag,
    null as note
from prices
left join terms on prices.line_key = terms.line_key
where prices.is_billed_at_zero and coalesce(terms.contract_price != 0, true)

union all

select
    line_key,
    'price_drift' as flag,
    'The PSA prices ' || psa_prices_text || ', the contract '
    || {{ money_text('contract_price', 'contract_currency') }} || ' ' || contract_currency
    || coalesce(
        ': ' || rows_text || ' = '
        || {{ money_text(payable('drift_amount', 'contract_currency'), 'contract_currency') }} || ' '
        || contract_currency || ' a month',
        ''
    )
    || '.' as note
from price_drifts

union all

select
    line_key,
    'amount_difference' as flag,
    'The bill of the period should come to ' || {{ money_text('expected_amount', 'currency') }} || ' and comes to '
    || {{ money_text('billed_amount', 'currency') }} || ' ' || currency || ' though the quantities agree.' as note
from amounts
where amount_difference_amount != 0

union all

select
    line_key,
    'possible_double_billing' as flag,
    note
from double_lines

union all

select
    margins.line_key,
    'cost_drift' as flag,
    'The vendor asks ' || {{ money_text('margins.vendor_unit_cost', 'margins.currency') }} || ' ' || margins.currency
    || ' a unit, the PSA records ' || {{ money_text('margins.unit_cost', 'margins.currency') }} || '.' as note
from margins
inner join billed on margins.line_key = billed.line_key
where
    abs(margins.vendor_unit_cost - margins.unit_cost) > coalesce(margins.unit_cost_rounding, 0)
    -- A PSA records a converted cost as what it rounds to: in the currency's coins, or to more decimals.
    and (
        margins.rate_rule_id is null
        or margins.unit_cost not in (
            {{ payable('margins.vendor_unit_cost', 'margins.currency') }},
            round(margins.vendor_unit_cost, 3),
            round(margins.vendor_unit_cost, 4),
            round(margins.vendor_unit_cost, 5)
        )
    )

union all

-- Multiplied, not divided: a margin exactly at the floor is not below it.
select
    margins.line_key,
    'margin_below_floor' as flag,
    'Margin ' || coalesce({{ plain_number('round(margins.margin * 100, 1)') }} || ' percent', 'none')
    || ', below the floor of ' || {{ plain_number('terms.margin_floor_percent') }} || ' percent'
    || coalesce(' (' || {{ plain_number('round(margins.recorded_margin * 100, 1)') }} || ' as the PSA records it)', '')
    || '.' as note
from margins
inner join billed on margins.line_key = billed.line_key
inner join terms on margins.line_key = terms.line_key
where
    (margins.unit_price - margins.vendor_unit_cost + coalesce(margins.unit_cost_rounding, 0)) * 100
    < terms.margin_floor_percent * margins.unit_price
