with line_counts as (
    select * from {{ ref('line_counts') }}
    where counted_when = 'prorated' and has_every_day
),

day_rules as (
    select * from {{ ref('day_rules') }}
    where counted_when = 'prorated' and is_due
),

prices as (
    select * from {{ ref('priced_lines') }}
),

run as (
    select
        *,
        date_diff('day', period, period_end) as period_days
    from {{ ref('current_run') }}
),

-- Each day at its own price: the contract's, else what its billing lines come to and, for what differs from them, the
-- price of the one that would change, else the catalogue's.
priced_days as (
    select
        day_rules.line_key,
        day_rules.day,
        run.period_days,
        day_rules.expected_quantity as quantity,
        case
            when day_rules.contract_currency = prices.currency
                then {{ times('day_rules.expected_quantity', 'day_rules.contract_price') }}
            when day_rules.full_amount is not null
                then
                    day_rules.full_amount
                    + {{ times('(day_rules.expected_quantity - day_rules.billed_quantity)', 'day_rules.unit_price') }}
            else {{ times('day_rules.expected_quantity', 'prices.unit_price') }}
        end as amount,
        -- What is billed of it at another price than was signed.
        case
            when day_rules.contract_currency = prices.currency
                then {{ times('day_rules.billed_quantity', 'day_rules.contract_price') }} - day_rules.full_amount
        end as drift_amount
    from day_rules
    cross join run
    inner join line_counts on day_rules.line_key = line_counts.line_key
    inner join prices on day_rules.line_key = prices.line_key
),

summed as (
    select
        line_key,
        sum(quantity) as unit_days,
        {{ share_of('sum(quantity)', '1', 'any_value(period_days)') }} as average_quantity,
        case
            when bool_and(amount is not null or quantity = 0)
                then {{ share_of('sum(coalesce(amount, 0))', '1', 'any_value(period_days)') }}
        end as expected_amount,
        {{ share_of('coalesce(sum(drift_amount), 0)', '1', 'any_value(period_days)') }} as drift_amount
    from priced_days
    group by line_key
),

stretches as (
    select
        line_key,
        quantity,
        count(*) as day_count,
        min(day) as first_day
    from priced_days
    group by line_key, quantity
),

-- Read as arithmetic while the quantities are few; else their sum alone.
texts as (
    select
        line_key,
        case
            when count(*) <= 6
                then
                    string_agg(
                        {{ plain_number('quantity') }} || ' x ' || day_count
                        || case when day_count = 1 then ' day' else ' days' end,
                        ' + '
                        order by first_day
                    ) || ' = '
            else ''
        end as stretches_text
    from stretches
    group by line_key
)

select
    summed.*,
    texts.stretches_text || {{ plain_number('summed.unit_days') }} || ' unit-days' as days_text
from summed
inner join texts on summed.line_key = texts.line_key
