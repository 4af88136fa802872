with line_keys as (
    select * from {{ ref('line_keys') }}
    where line_part in ('main', 'excluded', 'bundle')
),

billed as (
    select * from {{ ref('billed_by_line') }}
),

terms as (
    select * from {{ ref('stg_rules__terms') }}
),

run as (
    select * from {{ ref('current_run') }}
),

-- The narrower rule first: this product in this agreement, this product, this agreement, the whole client.
matches as (
    select
        line_keys.line_key,
        terms.*,
        case
            when terms.product_id != '*' and terms.agreement_id != '*' then 1
            when terms.product_id != '*' then 2
            when terms.agreement_id != '*' then 3
            else 4
        end as breadth
    from line_keys
    cross join run
    -- An excluded part goes by the terms of the line that it was taken from, and so does what a bundle covers.
    left join billed on line_keys.client_key || '|' || line_keys.product_key || '|*' = billed.line_key
    inner join terms
        on
            line_keys.client_id = terms.client_id
            and terms.product_id in (line_keys.product_id, '*')
            and (terms.agreement_id = '*' or billed.agreement_id = terms.agreement_id)
    where {{ in_force('terms.valid_from', 'terms.valid_to', 'run.cutoff_date') }}
)

-- Each term by itself: a price of one product leaves the margin floor of the whole client in force.
select
    line_key,
    arg_min(basis, breadth) as basis,
    arg_min(minimum_quantity, breadth) filter (where minimum_scope = 'line') as minimum_quantity,
    -- Minimums that several lines reach together.
    arg_min(pool, breadth) filter (where minimum_scope = 'pool') as pool,
    arg_min(minimum_quantity, breadth) filter (where minimum_scope = 'pool') as pool_minimum,
    arg_min(agreement_id, breadth) filter (where minimum_scope = 'agreement') as minimum_agreement_id,
    arg_min(minimum_quantity, breadth) filter (where minimum_scope = 'agreement') as agreement_minimum,
    arg_min(contract_price, breadth) as contract_price,
    arg_min(contract_currency, breadth) as contract_currency,
    arg_min(margin_floor_percent, breadth) as margin_floor_percent,
    arg_min(backbill_months, breadth) as backbill_months
from matches
group by line_key
