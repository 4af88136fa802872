with billing_rows as (
    select * from {{ ref('billing_rows_resolved') }}
    where is_billed and not is_credit
),

terms as (
    select * from {{ ref('line_terms') }}
    where contract_price is not null
)

-- Another currency is another price, whatever the number: what it is apart in money is then unknown.
select
    billing_rows.line_key,
    terms.contract_price,
    terms.contract_currency,
    case
        when bool_and(billing_rows.currency = terms.contract_currency)
            then sum({{ times('billing_rows.billed_quantity', '(terms.contract_price - billing_rows.net_price)') }})
    end as drift_amount,
    string_agg(
        distinct {{ money_text('billing_rows.net_price', 'billing_rows.currency') }} || ' ' || billing_rows.currency,
        ' and '
        order by {{ money_text('billing_rows.net_price', 'billing_rows.currency') }} || ' ' || billing_rows.currency
    ) as psa_prices_text,
    -- Contract less billed: below 0 where the bill is too high.
    string_agg(
        {{ plain_number('billing_rows.billed_quantity') }} || ' x '
        || {{ money_text('terms.contract_price - billing_rows.net_price', 'billing_rows.currency') }}
        || {{ row_name('billing_rows.source_record_id', 'billing_rows.agreement_id') }},
        ' + '
        order by length(billing_rows.source_record_id), billing_rows.source_record_id
    ) as rows_text
from billing_rows
inner join terms on billing_rows.line_key = terms.line_key
where
    billing_rows.net_price != terms.contract_price
    or billing_rows.currency != terms.contract_currency
group by billing_rows.line_key, terms.contract_price, terms.contract_currency
