with current_rows as (
    {{ version_rows('connectwise', 'invoices', ['id'], newest_by='_info__last_updated') }}
),

renamed as (
    select
        cast(id as varchar) as invoice_id,
        {{ clean('invoice_number') }} as invoice_number,
        {{ clean('type') }} as invoice_type,
        {{ clean('status__name') }} as status,
        {{ scoped_id('connectwise', 'company__id') }} as client_id,
        {{ scoped_id('connectwise', 'agreement__id') }} as agreement_id,
        {{ clean('apply_to_type') }} as apply_to_type,
        {{ utc_date('date') }} as invoice_date,
        {{ utc_date('due_date') }} as due_date,
        product_total,
        service_total,
        expense_total,
        agreement_amount,
        subtotal,
        sales_tax,
        total,
        upper({{ clean('currency__currency_code') }}) as currency,
        _info__last_updated as last_updated_at,
        read_at
    from current_rows
)

select * from renamed
