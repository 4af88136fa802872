with current_rows as (
    {{ version_rows('pax8', 'invoices', ['id']) }}
),

renamed as (
    select
        {{ clean('id') }} as invoice_id,
        invoice_date,
        due_date,
        {{ clean('status') }} as status,
        total,
        balance,
        carried_balance,
        upper({{ clean('currency_code') }}) as currency,
        read_at
    from current_rows
)

select * from renamed
