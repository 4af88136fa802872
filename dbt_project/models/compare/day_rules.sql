with dated_lines as (
    select * from {{ ref('dated_lines') }}
    where whose = 'contract' and counted_when in ('prorated', 'average', 'peak')
),

line_keys as (
    select * from {{ ref('line_keys') }}
    where line_part = 'main'
),

line_days as (
    select * from {{ ref('line_days') }}
),

billing_rows as (
    select * from {{ ref('billing_rows_resolved') }}
    where bill_mode = 'billable' and (is_live or is_dated_only)
),

agreements as (
    select * from {{ ref('agreements') }}
),

terms as (
    select * from {{ ref('stg_rules__terms') }}
    where product_id != '*' and (minimum_scope = 'line' or contract_price is not null)
),

run as (
    select * from {{ ref('current_run') }}
),

calendar as (
    select
        cutoff_date,
        cast(unnest(generate_series(period, period_end - 1, interval 1 day)) as date) as day
    from run
),

-- The days still to come are taken to stay as the newest one is; only what is charged by the day looks at them.
days as (
    select
        dated_lines.line_key,
        dated_lines.counted_when,
        line_keys.client_id,
        line_keys.product_id,
        calendar.day,
        case
            when dated_lines.counted_when = 'prorated'
                then
                    last_value(line_days.quantity ignore nulls) over (
                        partition by dated_lines.line_key
                        order by calendar.day
                    )
            else line_days.quantity
        end as quantity
    from dated_lines
    inner join line_keys on dated_lines.line_key = line_keys.line_key
    cross join calendar
    left join line_days
        on
            dated_lines.line_key = line_days.line_key
            and calendar.day = line_days.counted_on
    where dated_lines.counted_when = 'prorated' or calendar.day <= calendar.cutoff_date
),

line_agreements as (
    select
        billing_rows.line_key,
        billing_rows.agreement_id,
        any_value(agreements.valid_from) as valid_from,
        any_value(agreements.valid_to) as valid_to,
        bool_or(billing_rows.is_live) as has_live_row
    from billing_rows
    left join agreements on billing_rows.agreement_id = agreements.agreement_id
    group by billing_rows.line_key, billing_rows.agreement_id
),

-- Something is due on the days of the agreements that bill the line; where none of them does any more, also after them.
due_days as (
    select
        days.line_key,
        days.day,
        count(line_agreements.line_key) = 0
        or bool_or({{ in_force('line_agreements.valid_from', 'line_agreements.valid_to', 'days.day') }})
        or (not bool_or(line_agreements.has_live_row) and days.day >= max(line_agreements.valid_to)) as is_due,
        coalesce(
            bool_or(
                line_agreements.line_key is not null
                and {{ in_force('line_agreements.valid_from', 'line_agreements.valid_to', 'days.day') }}
            ),
            false
        ) as has_agreement
    from days
    left join line_agreements on days.line_key = line_agreements.line_key
    group by days.line_key, days.day
),

-- The billing lines that live on a day: what they include, what they bill, and the price of the one that would change.
row_days as (
    select
        days.line_key,
        days.day,
        sum(billing_rows.included_quantity) as included_quantity,
        sum(billing_rows.billed_quantity) as billed_quantity,
        case
            when bool_and(billing_rows.unit_price is not null)
                then sum({{ times('billing_rows.priced_quantity', 'billing_rows.unit_price') }})
        end as full_amount,
        arg_max(
            billing_rows.net_price,
            (
                coalesce(billing_rows.net_price != 0, true),
                billing_rows.billed_quantity,
                coalesce(billing_rows.valid_from, date '1900-01-01'),
                billing_rows.source_record_id
            )
        ) as unit_price
    from days
    inner join billing_rows
        on
            days.line_key = billing_rows.line_key
            and {{ in_force('billing_rows.valid_from', 'billing_rows.valid_to', 'days.day') }}
    left join agreements on billing_rows.agreement_id = agreements.agreement_id
    where {{ in_force('agreements.valid_from', 'agreements.valid_to', 'days.day') }}
    group by days.line_key, days.day
),

-- A minimum that several lines of the product reach together is none of each day of one of them.
shared_minimums as (
    select line_key from {{ ref('line_terms') }}
    where shared_minimum is not null
),

-- The narrower rule first, each term by itself, of those in force on the day. What an agreement says is not due
-- for the days of another one, which billed the line before it.
term_days as (
    select
        days.line_key,
        days.day,
        arg_min(terms.minimum_quantity, terms.agreement_id = '*')
        filter (where terms.minimum_scope = 'line' and shared_minimums.line_key is null) as minimum_quantity,
        arg_min(terms.contract_price, terms.agreement_id = '*') filter (where terms.contract_price is not null)
            as contract_price,
        arg_min(terms.contract_currency, terms.agreement_id = '*') filter (where terms.contract_price is not null)
            as contract_currency
    from days
    inner join terms
        on
            days.client_id = terms.client_id
            and days.product_id = terms.product_id
            and {{ in_force('terms.valid_from', 'terms.valid_to', 'days.day') }}
    inner join due_days on days.line_key = due_days.line_key and days.day = due_days.day
    left join line_agreements
        on
            days.line_key = line_agreements.line_key
            and terms.agreement_id = line_agreements.agreement_id
            and (
                days.counted_when != 'prorated'
                or not due_days.has_agreement
                or {{ in_force('line_agreements.valid_from', 'line_agreements.valid_to', 'days.day') }}
            )
    left join shared_minimums on days.line_key = shared_minimums.line_key
    where terms.agreement_id = '*' or line_agreements.line_key is not null
    group by days.line_key, days.day
)

select
    days.line_key,
    days.counted_when,
    days.day,
    due_days.is_due,
    days.quantity,
    coalesce(row_days.included_quantity, 0) as included_quantity,
    term_days.minimum_quantity,
    case
        when days.quantity is not null
            then
                greatest(
                    0,
                    days.quantity - coalesce(row_days.included_quantity, 0),
                    coalesce(term_days.minimum_quantity, 0)
                )
    end as expected_quantity,
    coalesce(row_days.billed_quantity, 0) as billed_quantity,
    row_days.full_amount,
    row_days.unit_price,
    term_days.contract_price,
    term_days.contract_currency
from days
inner join due_days on days.line_key = due_days.line_key and days.day = due_days.day
left join row_days on days.line_key = row_days.line_key and days.day = row_days.day
left join term_days on days.line_key = term_days.line_key and days.day = term_days.day
