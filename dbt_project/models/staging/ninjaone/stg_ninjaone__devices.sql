with current_rows as (
    {{ snapshot_rows('ninjaone', 'devices', ['id']) }}
),

renamed as (
    select
        cast(id as varchar) as device_id,
        {{ clean('uid') }} as device_uid,
        cast(organization_id as varchar) as account_id,
        cast(location_id as varchar) as site_id,
        {{ clean('node_class') }} as vendor_product_id,
        coalesce(upper({{ clean('approval_status') }}), 'APPROVED') as approval_status,
        offline as is_offline,
        {{ clean('display_name') }} as display_name,
        {{ clean('system_name') }} as system_name,
        {{ clean('dns_name') }} as dns_name,
        to_timestamp(created) as created_at,
        to_timestamp(last_contact) as last_contact_at,
        to_timestamp(last_update) as last_update_at,
        cast(parent_device_id as varchar) as parent_device_id,
        read_at
    from current_rows
)

select * from renamed
