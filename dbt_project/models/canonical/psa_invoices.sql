with invoices as (
    select * from {{ ref('stg_connectwise__invoices') }}
),

clients as (
    select * from {{ ref('clients') }}
),

run as (
    select * from {{ ref('stg_control__run') }}
),

psa_invoices as (
    select
        'connectwise' as source_system,
        invoices.invoice_id,
        invoices.agreement_id,
        invoices.client_id,
        invoices.invoice_date,
        cast(invoices.subtotal as decimal(18, 6)) as subtotal,
        cast(invoices.sales_tax as decimal(18, 6)) as sales_tax,
        cast(invoices.total as decimal(18, 6)) as total,
        coalesce(invoices.currency, clients.currency, run.default_currency) as currency,
        invoices.invoice_type,
        invoices.invoice_number,
        invoices.status,
        cast(invoices.product_total as decimal(18, 6)) as product_total,
        cast(invoices.agreement_amount as decimal(18, 6)) as agreement_amount,
        cast(coalesce(invoices.service_total, 0) + coalesce(invoices.expense_total, 0) as decimal(18, 6))
            as other_totals,
        invoices.last_updated_at,
        invoices.read_at as captured_at
    from invoices
    left join clients on invoices.client_id = clients.client_id
    cross join run
)

select * from psa_invoices
