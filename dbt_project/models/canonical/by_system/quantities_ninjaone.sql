with devices as (
    select * from {{ ref('stg_ninjaone__devices') }}
),

quantities as (
    select
        'used' as side,
        'ninjaone' as source_system,
        'devices' as source_table,
        device_id as source_record_id,
        account_id,
        vendor_product_id,
        1 as quantity,
        case
            when approval_status = 'APPROVED' then null
            when approval_status = 'DECOMMISSIONED' then 'retired'
            else 'approval status ' || approval_status
        end as state_reason,
        last_contact_at as last_seen_at,
        read_at
    from devices
)

select * from quantities
