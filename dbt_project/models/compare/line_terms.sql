with line_keys as (
    select * from {{ ref('line_keys') }}
    where line_part in ('main', 'excluded', 'bundle')
),

billed as (
    select * from {{ ref('billed_by_line') }}
),

scopes as (
    select * from {{ ref('line_scopes') }}
),

rules as (
    select * from {{ ref('stg_rules__terms') }}
),

product_groups as (
    select * from {{ ref('stg_rules__product_groups') }}
),

agreements as (
    select * from {{ ref('agreements') }}
    where is_live
),

run as (
    select * from {{ ref('current_run') }}
),

-- A rule about a group is one about each of its products, one about all clients one about each that has a line.
terms_of_products as (
    select
        rules.* replace (coalesce(product_groups.product_id, rules.product_id) as product_id),
        product_groups.product_id is not null as is_of_group
    from rules
    cross join run
    left join product_groups
        on
            rules.product_id = product_groups.product_group
            and {{ in_force('product_groups.valid_from', 'product_groups.valid_to', 'run.cutoff_date') }}
),

clients as (
    select distinct client_id from line_keys
    where client_id is not null
),

terms as (
    select
        *,
        false as is_of_all
    from terms_of_products
    where client_id != '*'

    union all by name

    select
        terms_of_products.* replace (clients.client_id as client_id),
        true as is_of_all
    from terms_of_products
    cross join clients
    where terms_of_products.client_id = '*'
),

-- The narrower rule first: this product in this agreement, this product, its group, this agreement, the whole client;
-- what is said of this client before what is said of all.
matches as (
    select
        line_keys.line_key,
        line_keys.line_part,
        line_keys.product_id as line_product_id,
        terms.*,
        case
            when terms.product_id != '*' and terms.agreement_id != '*' then 1
            when terms.product_id != '*' and not terms.is_of_group then 2
            when terms.product_id != '*' then 3
            when terms.agreement_id != '*' then 4
            else 5
        end as breadth,
        (terms.is_of_all, breadth, terms.agreement_id) as place
    from line_keys
    cross join run
    -- An excluded part goes by the terms of the line that it was taken from, and so does what a bundle covers; what is
    -- taken out of several lines, by those of the oldest agreement.
    left join scopes
        on
            line_keys.client_id = scopes.client_id
            and line_keys.product_id = scopes.product_id
            and case line_keys.line_part
                when 'main' then line_keys.line_key = scopes.line_key
                else scopes.place = 1
            end
    left join billed
        on coalesce(scopes.line_key, line_keys.client_key || '|' || line_keys.product_key || '|*') = billed.line_key
    inner join terms
        on
            line_keys.client_id = terms.client_id
            and terms.product_id in (line_keys.product_id, '*')
            and (
                terms.agreement_id = '*'
                or terms.agreement_id = scopes.agreement_id
                -- A bundle and its components have one line, whoever bills it.
                or (scopes.line_key is null and billed.agreement_id = terms.agreement_id)
                -- Nobody bills it, so no line says which agreement it is in; the agreement asks for its minimum anyway.
                or (
                    scopes.line_key is null
                    and billed.line_key is null
                    and (terms.minimum_scope in ('line', 'pool') or terms.fixed_quantity is not null)
                )
            )
    left join agreements on terms.agreement_id = agreements.agreement_id
    where
        (terms.agreement_id = '*' or billed.line_key is not null or agreements.agreement_id is not null)
        and {{ in_force('terms.valid_from', 'terms.valid_to', 'run.cutoff_date') }}
),

-- Each term by itself: a price of one product leaves the margin floor of the whole client in force.
stated as (
    select
        line_key,
        line_part,
        any_value(client_id) as client_id,
        any_value(line_product_id) as product_id,
        arg_min(basis, place) as basis,
        arg_min(rule_id, place) filter (where basis is not null) as basis_rule_id,
        arg_min(fixed_quantity, place) as fixed_quantity,
        arg_min(minimum_quantity, place) filter (where minimum_scope = 'line') as line_minimum,
        arg_min(agreement_id, place) filter (where minimum_scope = 'line') as line_minimum_agreement_id,
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
    group by line_key, line_part
),

-- A minimum for whatever agreement is one minimum, on however many lines a product stands.
counted as (
    select
        *,
        count(*) filter (where line_part = 'main') over (
            partition by client_id, product_id, line_minimum_agreement_id
        ) as minimum_line_count
    from stated
)

select
    * exclude (line_part, client_id, product_id, line_minimum, minimum_line_count),
    case when minimum_line_count = 1 or line_part != 'main' then line_minimum end as minimum_quantity,
    case when minimum_line_count > 1 and line_part = 'main' then line_minimum end as shared_minimum
from counted
