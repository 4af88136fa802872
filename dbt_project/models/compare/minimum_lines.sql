with terms as (
    select * from {{ ref('stg_rules__terms') }}
    where (minimum_scope in ('line', 'pool') or fixed_quantity > 0) and product_id != '*'
),

clients as (
    select * from {{ ref('clients') }}
    where not coalesce(is_deleted, false)
),

agreements as (
    select * from {{ ref('agreements') }}
    where is_live
),

known_lines as (
    select line_key from {{ ref('billing_rows_resolved') }}
    where makes_line

    union

    select line_key from {{ ref('vendor_rows_resolved') }}
    where makes_line and line_part = 'main'

    union

    select main_line_key as line_key from {{ ref('bundle_roles') }}
    where role = 'component'
),

scopes as (
    select * from {{ ref('line_scopes') }}
),

run as (
    select * from {{ ref('current_run') }}
),

-- A minimum or a fixed quantity is due whether or not anything is billed or used; that of an agreement which is over
-- binds nobody.
due as (
    select
        terms.client_id,
        terms.product_id,
        terms.pool,
        coalesce(scopes.line_key, terms.client_id || '|' || terms.product_id || '|*') as line_key
    from terms
    cross join run
    inner join clients on terms.client_id = clients.client_id
    left join agreements on terms.agreement_id = agreements.agreement_id
    -- What no agreement is named for is due on the line of the oldest one.
    left join scopes
        on
            terms.client_id = scopes.client_id
            and terms.product_id = scopes.product_id
            and case
                when terms.agreement_id = '*' then scopes.place = 1
                else terms.agreement_id = scopes.agreement_id and scopes.other_currency is null
            end
    where
        {{ in_force('terms.valid_from', 'terms.valid_to', 'run.cutoff_date') }}
        and (terms.agreement_id = '*' or agreements.agreement_id is not null)
),

-- Of a pool, one line is enough to carry what the pool lacks.
unmet as (
    select
        due.client_id,
        coalesce(due.pool, due.line_key) as carried_by,
        arg_min(due.line_key, (due.product_id, due.line_key)) as line_key,
        min(due.product_id) as product_id
    from due
    left join known_lines on due.line_key = known_lines.line_key
    group by due.client_id, due.pool is null, carried_by
    having count(known_lines.line_key) = 0
)

select distinct
    line_key,
    client_id,
    product_id
from unmet
