with current_rows as (
    {{ snapshot_rows('microsoft_graph', 'license_assignments', ['tenant_id', 'sku_id'], account_column='tenant_id') }}
),

renamed as (
    select
        {{ guid('tenant_id') }} as account_id,
        {{ guid('sku_id') }} as vendor_product_id,
        assigned_users,
        disabled_users,
        guest_users,
        read_at
    from current_rows
)

select * from renamed
