{{ config(schema='compare', materialized='view', contract={'enforced': false}) }}

with invoices as (
    select * from {{ ref('psa_invoices') }}
    where lower(invoice_type) = 'agreement'
),

billing_lines as (
    select * from {{ ref('billing_lines') }}
    where bill_mode = 'billable'
),

agreements as (
    select * from {{ ref('agreements') }}
),

source_health as (
    select * from {{ ref('source_health') }}
),

run as (
    select * from {{ ref('current_run') }}
),

-- Invoices of the period that bill nothing but recurring lines.
due as (
    select
        invoices.*,
        coalesce(agreements.prorates, false) as prorates,
        date_trunc('month', invoices.invoice_date) as month_start
    from invoices
    cross join run
    left join agreements on invoices.agreement_id = agreements.agreement_id
    where
        invoices.invoice_date >= run.period
        and invoices.invoice_date < run.period_end
        and invoices.other_totals = 0
        and coalesce(invoices.agreement_amount, 0) = 0
        and invoices.subtotal is not null
),

priced as (
    select
        due.source_system,
        due.invoice_id,
        due.agreement_id,
        due.currency,
        due.subtotal,
        coalesce(sum({{
            payable(times('billing_lines.priced_quantity', 'billing_lines.cycle_price'), 'due.currency')
        }}) filter (
            where
            (billing_lines.valid_from is null or billing_lines.valid_from <= due.invoice_date)
            and (billing_lines.valid_to is null or billing_lines.valid_to > due.invoice_date)
        ), 0) as line_total,
        -- A line touched since says what is billed now, not what was billed then.
        coalesce(bool_or(
            billing_lines.last_updated_at is null
            or cast(billing_lines.last_updated_at at time zone 'UTC' as date) >= due.invoice_date
        ), true) as is_touched_since,
        coalesce(bool_or(
            due.prorates
            and (
                billing_lines.valid_from > due.month_start
                or billing_lines.valid_to > due.month_start
                -- A line that came within a longer cycle is charged for what is left of it.
                or billing_lines.valid_from > due.month_start - to_months(coalesce(billing_lines.cycle_months, 1) - 1)
            )
        ), false) as is_prorated
    from due
    left join billing_lines on due.agreement_id = billing_lines.agreement_id
    group by due.source_system, due.invoice_id, due.agreement_id, due.currency, due.subtotal
)

select
    'psa' as rule,
    priced.source_system,
    priced.currency,
    priced.invoice_id as subject,
    priced.line_total as left_total,
    priced.subtotal as right_total,
    'billing lines of agreement ' || priced.agreement_id || ' as priced here, and the subtotal of its invoice' as note,
    priced.line_total = priced.subtotal or not source_health.is_assessable as passed
from priced
inner join source_health on priced.source_system = source_health.source_system
where
    not priced.is_touched_since
    and not priced.is_prorated
