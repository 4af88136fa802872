with current_rows as (
    {{ snapshot_rows('microsoft_graph', 'directory_subscriptions', ['tenant_id', 'id'], account_column='tenant_id') }}
),

renamed as (
    select
        {{ guid('tenant_id') }} as account_id,
        {{ guid('id') }} as directory_subscription_id,
        {{ guid('commerce_subscription_id') }} as commerce_subscription_id,
        {{ guid('sku_id') }} as vendor_product_id,
        {{ clean('sku_part_number') }} as sku_part_number,
        {{ clean('status') }} as status,
        is_trial,
        total_licenses,
        {{ guid('owner_tenant_id') }} as owner_tenant_id,
        created_date_time as created_at,
        next_lifecycle_date_time as next_lifecycle_at,
        read_at
    from current_rows
)

select * from renamed
