with exported_quantities as (
    select * from {{ ref('stg_exports__vendor_quantities') }}
),

quantities as (
    select
        -- A row whose side is not known stands somewhere, and counts nowhere.
        case when side in ('owned', 'used', 'charged') then side else 'owned' end as side,
        source_name as source_system,
        'vendor_quantities' as source_table,
        source_record_id,
        account_id,
        vendor_product_id,
        quantity,
        unit_cost,
        unit_cost as monthly_unit_cost,
        currency,
        case
            when side is null then 'it names no side'
            when side not in ('owned', 'used', 'charged') then 'side ' || side || ' is not known'
            when status in ('decommissioned', 'retired') then 'retired'
            when
                status in (
                    'cancelled', 'canceled', 'suspended', 'expired', 'deleted', 'terminated', 'inactive', 'disabled',
                    'lockedout', 'locked out', 'pending', 'staged', 'converted', 'pendingactivation',
                    'pending activation', 'pendingmanual', 'pendingautomated', 'waitingfordetails'
                )
                then 'status ' || status
        end as state_reason,
        read_at
    from exported_quantities
)

select * from quantities
