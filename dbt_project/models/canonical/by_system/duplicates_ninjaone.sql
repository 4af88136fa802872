with devices as (
    select * from {{ ref('stg_ninjaone__devices') }}
    where approval_status = 'APPROVED'
),

computer_systems as (
    select * from {{ ref('stg_ninjaone__computer_systems') }}
),

identified as (
    select
        devices.device_id,
        devices.account_id,
        devices.last_contact_at,
        coalesce(
            {{ hardware_serial('computer_systems.serial_number') }},
            {{ hardware_serial('computer_systems.bios_serial_number') }}
        ) as serial
    from devices
    inner join computer_systems on devices.device_id = computer_systems.device_id
),

-- The agent that reported last is the one that lives; equal times are settled by the newer record.
ranked as (
    select
        device_id,
        first_value(device_id) over same_machine as kept_device_id
    from identified
    where serial is not null
    window
        same_machine as (
            partition by account_id, serial
            order by last_contact_at desc nulls last, try_cast(device_id as bigint) desc nulls last, device_id desc
        )
)

select
    device_id,
    kept_device_id
from ranked
where device_id != kept_device_id
