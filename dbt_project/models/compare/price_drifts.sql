with billing_rows as (
    select * from {{ ref('billing_rows_resolved') }}
    where is_billed
),

terms as (
    select * from {{ ref('line_terms') }}
    where contract_price is not null
)

-- Another currency is another price, whatever the number.
select
    billing_rows.line_key,
    terms.contract_price,
    terms.contract_currency,
    string_agg(
        distinct {{ money_text('billing_rows.unit_price') }} || ' ' || billing_rows.currency, ' and '
        order by {{ money_text('billing_rows.unit_price') }} || ' ' || billing_rows.currency
    ) as psa_prices_text
from billing_rows
inner join terms on billing_rows.line_key = terms.line_key
where
    billing_rows.unit_price != terms.contract_price
    or billing_rows.currency != terms.contract_currency
group by billing_rows.line_key, terms.contract_price, terms.contract_currency
