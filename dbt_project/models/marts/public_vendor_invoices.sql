{{ config(alias='vendor_invoices') }}

with invoices as (
    select * from {{ ref('vendor_invoices') }}
),

charges as (
    select
        source_system,
        invoice_id,
        billing_currency,
        count(*) as charge_count,
        sum(billed_cost) as line_total
    from {{ ref('vendor_charges') }}
    group by source_system, invoice_id, billing_currency
)

-- The residual is shown, never absorbed.
select
    invoices.source_system,
    invoices.invoice_id,
    invoices.invoice_date,
    invoices.due_date,
    invoices.status,
    invoices.currency,
    cast(coalesce(charges.charge_count, 0) as bigint) as charge_count,
    cast(coalesce(charges.line_total, 0) as decimal(18, 6)) as line_total,
    invoices.payable_total,
    cast(invoices.payable_total - coalesce(charges.line_total, 0) as decimal(18, 6)) as residual
from invoices
left join charges
    on
        invoices.source_system = charges.source_system
        and invoices.invoice_id = charges.invoice_id
        and invoices.currency = charges.billing_currency
order by invoices.source_system, invoices.invoice_id
