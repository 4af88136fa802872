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

agreements as (
    select * from {{ ref('agreements') }}
    where is_live
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
        end as breadth,
        (breadth, terms.agreement_id) as place
    from line_keys
    cross join run
    -- An excluded part goes by the terms of the line that it was taken from, and so does what a bundle covers.
    left join billed on line_keys.client_key || '|' || line_keys.product_key || '|*' = billed.line_key
    inner join terms
        on
            line_keys.client_id = terms.client_id
            and terms.product_id in (line_keys.product_id, '*')
            and (
                terms.agreement_id = '*'
                or terms.agreement_id = billed.agreement_id
                -- Nobody bills it, so no line says which agreement it is in; the agreement asks for its minimum anyway.
                or (billed.line_key is null and terms.minimum_scope in ('line', 'pool'))
            )
    left join agreements on terms.agreement_id = agreements.agreement_id
    where
        (terms.agreement_id = '*' or billed.line_key is not null or agreements.agreement_id is not null)
        and {{ in_force('terms.valid_from', 'terms.valid_to', 'run.cutoff_date') }}
)

-- Each term by itself: a price of one product leaves the margin floor of the whole client in force.
select
    line_key,
    arg_min(basis, place) as basis,
    arg_min(minimum_quantity, place) filter (where minimum_scope = 'line') as minimum_quantity,
    -- Minimums that several lines reach together.
    arg_min(pool, place) filter (where minimum_scope = 'pool') as pool,
    arg_min(minimum_quantity, place) filter (where minimum_scope = 'pool') as pool_minimum,
    arg_min(agreement_id, place) filter (where minimum_scope = 'agreement') as minimum_agreement_id,
    arg_min(minimum_quantity, place) filter (where minimum_scope = 'agreement') as agreement_minimum,
    arg_min(contract_price, place) as contract_price,
    arg_min(contract_currency, place) as contract_currency,
    arg_min(margin_floor_percent, place) as margin_floor_percent,
    arg_min(backbill_months, place) as backbill_months
from matches
group by line_key
