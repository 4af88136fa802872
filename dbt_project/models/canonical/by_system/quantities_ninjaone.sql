with devices as (
    select * from {{ ref('stg_ninjaone__devices') }}
),

duplicates as (
    select * from {{ ref('duplicates_ninjaone') }}
),

quantities as (
    select
        'used' as side,
        'ninjaone' as source_system,
        'devices' as source_table,
        devices.device_id as source_record_id,
        devices.account_id,
        devices.vendor_product_id,
        1 as quantity,
        case
            when duplicates.found_by = 'other records'
                then
                    'same machine as device ' || duplicates.kept_device_id || ', which reported later: other records'
                    || ' of it join the two by serial number and hardware id'
            when duplicates.device_id is not null
                then
                    'same ' || duplicates.found_by || ' as device ' || duplicates.kept_device_id
                    || ', which reported later'
            when devices.approval_status = 'APPROVED' then null
            when devices.approval_status = 'DECOMMISSIONED' then 'retired'
            else 'approval status ' || devices.approval_status
        end as state_reason,
        duplicates.device_id is not null as is_duplicate,
        devices.last_contact_at as last_seen_at,
        devices.site_id as site
    from devices
    left join duplicates on devices.device_id = duplicates.device_id
)

select * from quantities
