with current_rows as (
    {{ snapshot_rows('microsoft_graph', 'subscribed_skus', ['tenant_id', 'sku_id'], account_column='tenant_id') }}
),

renamed as (
    select
        {{ guid('tenant_id') }} as account_id,
        {{ guid('sku_id') }} as vendor_product_id,
        {{ clean('sku_part_number') }} as sku_part_number,
        {{ clean('applies_to') }} as applies_to,
        {{ clean('capability_status') }} as capability_status,
        consumed_units,
        prepaid_units__enabled as enabled_units,
        prepaid_units__warning as warning_units,
        prepaid_units__suspended as suspended_units,
        prepaid_units__locked_out as locked_out_units,
        subscription_ids,
        read_at
    from current_rows
)

select * from renamed
