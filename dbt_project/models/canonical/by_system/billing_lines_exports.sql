with exported_lines as (
    select * from {{ ref('stg_exports__billing_lines') }}
),

billing_lines as (
    select
        exported_lines.source_name as source_system,
        'billing_lines' as source_table,
        exported_lines.source_record_id,
        exported_lines.client_id,
        exported_lines.agreement_id,
        exported_lines.product_id,
        exported_lines.effective_date as valid_from,
        {{ first_day_not_billed('exports', 'exported_lines.cancelled_date') }} as valid_to,
        exported_lines.quantity,
        coalesce(exported_lines.included_quantity, 0) as included_quantity,
        exported_lines.quantity - coalesce(exported_lines.included_quantity, 0) as billed_quantity,
        exported_lines.unit_price,
        exported_lines.unit_cost,
        exported_lines.billing_cycle,
        false as is_one_time,
        exported_lines.effective_date as first_billed_on,
        exported_lines.currency,
        exported_lines.raw_bill_mode,
        exported_lines.bill_mode,
        cast(null as varchar) as agreement_reason,
        cast(null as timestamptz) as last_updated_at
    from exported_lines
)

select * from billing_lines
