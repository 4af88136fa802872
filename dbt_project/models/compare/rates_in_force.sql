with rates as (
    select * from {{ ref('stg_rules__exchange_rates') }}
),

run as (
    select * from {{ ref('current_run') }}
)

-- A rate leads one way: the other way would be a number that nobody stored.
select
    rates.from_currency,
    rates.to_currency,
    rates.rate,
    rates.rule_id,
    ' x ' || rtrim(rtrim(cast(rates.rate as varchar), '0'), '.') || ' (' || rates.rate_source || ', valid from '
    || strftime(rates.valid_from, '%Y-%m-%d') || ', ' || rates.rule_id || ')' as rate_text
from rates
cross join run
where {{ in_force('rates.valid_from', 'rates.valid_to', 'run.cutoff_date') }}
