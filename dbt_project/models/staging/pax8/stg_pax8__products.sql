with current_rows as (
    {{ snapshot_rows('pax8', 'products', ['id']) }}
),

renamed as (
    select
        {{ clean('id') }} as vendor_product_id,
        {{ clean('name') }} as vendor_product_name,
        {{ clean('vendor_name') }} as vendor_name,
        {{ clean('sku') }} as part_number,
        {{ clean('vendor_sku') }} as vendor_sku,
        requires_commitment,
        read_at
    from current_rows
)

select * from renamed
