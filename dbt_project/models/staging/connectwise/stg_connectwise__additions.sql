with current_rows as (
    {{ snapshot_rows('connectwise', 'additions', ['id']) }}
),

renamed as (
    select
        cast(id as varchar) as addition_id,
        {{ scoped_id('connectwise', 'agreement_id') }} as agreement_id,
        {{ scoped_id('connectwise', 'product__id') }} as product_id,
        {{ clean('product__identifier') }} as product_code,
        quantity,
        less_included,
        billed_quantity,
        unit_price,
        unit_cost,
        ext_price,
        ext_cost,
        {{ clean('bill_customer') }} as bill_customer,
        {{ utc_date('effective_date') }} as effective_date,
        {{ utc_date('cancelled_date') }} as cancelled_date,
        {{ clean('description') }} as description,
        {{ clean('invoice_description') }} as invoice_description,
        {{ clean('uom') }} as unit,
        _info__last_updated as last_updated_at,
        read_at
    from current_rows
)

select * from renamed
