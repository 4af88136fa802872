with current_rows as (
    {{ version_rows('pax8', 'invoice_items', ['id']) }}
),

renamed as (
    select
        {{ clean('id') }} as invoice_item_id,
        {{ clean('invoice_id') }} as invoice_id,
        lower({{ clean('type') }}) as item_type,
        {{ clean('company_id') }} as account_id,
        {{ clean('company_name') }} as account_name,
        start_period,
        end_period,
        quantity,
        {{ clean('term') }} as term,
        {{ clean('sku') }} as part_number,
        {{ clean('description') }} as description,
        lower({{ clean('unit_of_measure') }}) as unit_of_measure,
        lower({{ clean('rate_type') }}) as rate_type,
        lower({{ clean('charge_type') }}) as charge_type,
        price,
        sub_total,
        cost,
        cost_total,
        coalesce(billed_by_pax8, true) as is_payable,
        total,
        amount_due,
        sales_tax,
        upper({{ clean('currency_code') }}) as currency,
        {{ clean('product_id') }} as vendor_product_id,
        {{ clean('product_name') }} as vendor_product_name,
        {{ clean('subscription_id') }} as subscription_id,
        {{ clean('vendor_name') }} as vendor_name,
        read_at
    from current_rows
)

select * from renamed
