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

-- Invoices dated in the period, or charging a day of it: no other one feeds this run's charged quantities.
charged as (
    select
        source_system,
        invoice_id,
        min(charge_period_start) as charged_from,
        max(charge_period_end) as charged_to
    from invoice_lines
    group by source_system, invoice_id
),

due_invoices as (
    select invoices.*
    from invoices
    cross join run
    left join charged
        on
            invoices.source_system = charged.source_system
            and invoices.invoice_id = charged.invoice_id
    where
        (invoices.invoice_date >= run.period and invoices.invoice_date < run.period_end)
        or (charged.charged_from < run.period_end and charged.charged_to > run.period)
),

-- Money of two currencies makes no sum: lines in another currency than their invoice's have a total of their own, of
-- which the invoice states nothing.
sides as (
    select
        source_system,
        invoice_id,
        currency,
        payable_total,
        true as is_invoice,
        0 as payable_lines,
        0 as line_count
    from due_invoices

    union all

    select
        invoice_lines.source_system,
        invoice_lines.invoice_id,
        invoice_lines.currency,
        null as payable_total,
        false as is_invoice,
        case when invoice_lines.is_payable then invoice_lines.billed_cost + invoice_lines.tax else 0 end
            as payable_lines,
        1 as line_count
    from invoice_lines
    inner join due_invoices
        on
            invoice_lines.source_system = due_invoices.source_system
            and invoice_lines.invoice_id = due_invoices.invoice_id
),

due as (
    select
        source_system,
        invoice_id,
        currency,
        case when bool_or(is_invoice) then sum(payable_total) else 0 end as payable_total,
        sum(payable_lines) as payable_lines,
        sum(line_count) as line_count
    from sides
    group by source_system, invoice_id, currency
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
