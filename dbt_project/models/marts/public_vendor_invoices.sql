{{ config(alias='vendor_invoices') }}

with invoices as (
    select * from {{ ref('vendor_invoices') }}
),

charges as (
    select
        source_system,
        invoice_id,
        billing_currency,
        bool_and(x_is_superseded) as is_superseded,
        count(*) as charge_count,
        sum(billed_cost) as line_total
    from {{ ref('vendor_charges') }}
    group by source_system, invoice_id, billing_currency
),

-- A document that was voided or credited asks for nothing any more, so that nothing of it is left unexplained.
asked as (
    select
        invoices.*,
        charges.charge_count,
        charges.line_total,
        case when charges.is_superseded then 0 else invoices.payable_total end as asked_total
    from invoices
    left join charges
        on
            invoices.source_system = charges.source_system
            and invoices.invoice_id = charges.invoice_id
            and invoices.currency = charges.billing_currency
)

-- The residual is shown, never absorbed.
select
    source_system,
    invoice_id,
    invoice_date,
    due_date,
    status,
    currency,
    cast(coalesce(charge_count, 0) as bigint) as charge_count,
    cast(coalesce(line_total, 0) as decimal(18, 6)) as line_total,
    payable_total,
    cast(asked_total - coalesce(line_total, 0) as decimal(18, 6)) as residual
from asked
order by source_system, invoice_id
