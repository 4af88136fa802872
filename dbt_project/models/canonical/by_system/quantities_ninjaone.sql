with devices as (
    select * from {{ ref('stg_ninjaone__devices') }}
),

duplicates as (
    select * from {{ ref('duplicates_ninjaone') }}
),

run as (
    select * from {{ ref('stg_control__run') }}
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
                    'same machine as device ' || duplicates.kept_device_id
                    || coalesce(' of organization ' || duplicates.moved_to_account_id, '')
                    || ', which reported later: other records'
                    || ' of it join the two by serial number and hardware id'
            when duplicates.device_id is not null
                then
                    'same ' || duplicates.found_by || ' as device ' || duplicates.kept_device_id
                    || coalesce(' of organization ' || duplicates.moved_to_account_id, '')
                    || ', which reported later'
            when devices.approval_status = 'APPROVED' then null
            when devices.approval_status = 'DECOMMISSIONED' then 'retired'
            else 'approval status ' || devices.approval_status
        end as state_reason,
        -- A word that nobody knows is neither counted nor dropped. A time that is none decides only what may count.
        case
            when devices.created_at > run.cutoff then null
            when devices.approval_status not in ('APPROVED', 'PENDING', 'STAGED', 'DECOMMISSIONED')
                then 'approval status ' || devices.approval_status || ' is not known'
            when
                devices.approval_status = 'APPROVED' and duplicates.device_id is null
                and devices.unreadable_last_contact is not null
                then 'last contact ' || devices.unreadable_last_contact || ' is no time in seconds'
        end as fault,
        -- Only a read after the period knows devices that were added after it.
        case
            when devices.created_at > run.cutoff
                then 'added on ' || strftime({{ home_date('devices.created_at') }}, '%Y-%m-%d')
        end as date_reason,
        duplicates.device_id is not null as is_duplicate,
        devices.last_contact_at as last_seen_at,
        devices.site_id as site
    from devices
    left join duplicates on devices.device_id = duplicates.device_id
    cross join run
)

select * from quantities
