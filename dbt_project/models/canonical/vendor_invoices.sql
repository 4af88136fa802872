with invoices as (
    select * from {{ ref('stg_pax8__invoices') }}
),

run as (
    select * from {{ ref('stg_control__run') }}
),

vendor_invoices as (
    select
        'pax8' as source_system,
        invoices.invoice_id,
        invoices.invoice_date,
        invoices.due_date,
        invoices.status,
        coalesce(invoices.currency, run.default_currency) as currency,
        cast(invoices.total as decimal(18, 6)) as payable_total,
        invoices.read_at as captured_at
    from invoices
    cross join run
)

select * from vendor_invoices
