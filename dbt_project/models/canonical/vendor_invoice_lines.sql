with charged_items as (
    select * from {{ ref('charged_items') }}
),

invoices as (
    select * from {{ ref('vendor_invoices') }}
),

run as (
    select * from {{ ref('stg_control__run') }}
),

vendor_invoice_lines as (
    select
        'pax8' as source_system,
        charged_items.invoice_id,
        charged_items.invoice_item_id as source_record_id,
        charged_items.item_type as line_type,
        charged_items.term,
        invoices.invoice_date,
        charged_items.account_id,
        charged_items.account_name,
        charged_items.vendor_product_id,
        charged_items.vendor_product_name,
        charged_items.vendor_name,
        charged_items.subscription_id,
        charged_items.description as line_description,
        charged_items.start_period as charge_period_start,
        cast(charged_items.end_period + interval 1 day as date) as charge_period_end,
        cast(charged_items.quantity as decimal(18, 4)) as quantity,
        cast(charged_items.cost as decimal(18, 6)) as unit_cost,
        -- What the distributor asks for; where only the amount due is given, its tax is inside.
        cast(
            coalesce(
                charged_items.total,
                charged_items.amount_due - coalesce(charged_items.sales_tax, 0),
                charged_items.cost_total,
                0
            ) as decimal(18, 6)
        ) as billed_cost,
        cast(coalesce(charged_items.sales_tax, 0) as decimal(18, 6)) as tax,
        coalesce(charged_items.currency, invoices.currency, run.default_currency) as currency,
        charged_items.is_payable,
        charged_items.is_superseded,
        charged_items.not_countable_reason is null as states_closing_quantity,
        charged_items.read_at as captured_at
    from charged_items
    left join invoices on charged_items.invoice_id = invoices.invoice_id
    cross join run
)

select * from vendor_invoice_lines
