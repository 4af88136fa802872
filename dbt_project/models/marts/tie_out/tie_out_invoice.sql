{{ config(schema='compare', materialized='view', contract={'enforced': false}) }}

with invoices as (
    select * from {{ ref('vendor_invoices') }}
),

invoice_lines as (
    select * from {{ ref('vendor_invoice_lines') }}
),

source_health as (
    select * from {{ ref('source_health') }}
),

run as (
    select * from {{ ref('current_run') }}
),

line_totals as (
    select
        source_system,
        invoice_id,
        count(*) as line_count,
        sum(billed_cost + tax) filter (where is_payable) as payable_lines,
        min(charge_period_start) as charged_from,
        max(charge_period_end) as charged_to
    from invoice_lines
    group by source_system, invoice_id
),

-- Invoices dated in the period, or charging a day of it: no other one feeds this run's charged quantities.
due as (
    select
        invoices.source_system,
        invoices.invoice_id,
        invoices.currency,
        invoices.payable_total,
        coalesce(line_totals.payable_lines, 0) as payable_lines,
        coalesce(line_totals.line_count, 0) as line_count
    from invoices
    cross join run
    left join line_totals
        on
            invoices.source_system = line_totals.source_system
            and invoices.invoice_id = line_totals.invoice_id
    where
        (invoices.invoice_date >= run.period and invoices.invoice_date < run.period_end)
        or (line_totals.charged_from < run.period_end and line_totals.charged_to > run.period)
)

select
    'invoice' as rule,
    due.source_system,
    due.currency,
    due.invoice_id as subject,
    due.payable_lines as left_total,
    due.payable_total as right_total,
    case
        when source_health.is_assessable then due.line_count || ' lines with tax and credits, and the payable total'
        else 'not assessed, so its lines count nowhere: ' || coalesce(source_health.message, source_health.status)
    end as note,
    due.payable_lines = due.payable_total or not source_health.is_assessable as passed
from due
inner join source_health on due.source_system = source_health.source_system
