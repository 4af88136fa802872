with current_rows as (
    {{ version_rows('connectwise', 'catalog', ['id'], newest_by='_info__last_updated') }}
),

renamed as (
    select
        {{ scoped_id('connectwise', 'id') }} as product_id,
        {{ clean('identifier') }} as product_code,
        {{ clean('description') }} as description,
        {{ clean('customer_description') }} as customer_description,
        coalesce(inactive_flag, false) as is_inactive,
        {{ clean('product_class') }} as product_class,
        price,
        cost,
        {{ clean('manufacturer_part_number') }} as manufacturer_part_number,
        {{ clean('vendor_sku') }} as vendor_sku,
        {{ clean('unit_of_measure__name') }} as unit,
        recurring_flag as is_recurring,
        {{ clean('recurring_bill_cycle__name') }} as billing_cycle,
        _info__last_updated as last_updated_at,
        read_at
    from current_rows
)

select * from renamed
