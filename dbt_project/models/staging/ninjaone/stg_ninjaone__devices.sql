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
        case when created between 0 and {{ last_second() }} then to_timestamp(created) end as created_at,
        -- Seconds since 1970. What lies outside them, as milliseconds do, is no time: NULL, and kept as it was sent.
        case when last_contact between 0 and {{ last_second() }} then to_timestamp(last_contact) end as last_contact_at,
        case when last_contact not between 0 and {{ last_second() }} then last_contact end as unreadable_last_contact,
        case
            when last_update between 0 and {{ last_second() }} then to_timestamp(last_update)
        end as last_update_at,
        cast(parent_device_id as varchar) as parent_device_id,
        read_at
    from current_rows
)

select * from renamed
