with devices as (
    select * from {{ ref('stg_ninjaone__devices') }}
    where approval_status = 'APPROVED'
),

computer_systems as (
    select * from {{ ref('stg_ninjaone__computer_systems') }}
),

-- Equal times are settled by the newer record, so that there is always one that reported last.
identified as (
    select
        devices.device_id,
        devices.account_id,
        coalesce(
            {{ hardware_identity('computer_systems.serial_number') }},
            {{ hardware_identity('computer_systems.bios_serial_number') }}
        ) as serial,
        {{ hardware_identity('devices.device_uid') }} as hardware_id,
        row_number() over (
            order by
                devices.last_contact_at desc nulls last,
                try_cast(devices.device_id as bigint) desc nulls last,
                devices.device_id desc
        ) as recency
    from devices
    left join computer_systems on devices.device_id = computer_systems.device_id
),

-- A record without serial number belongs to the serial number of its hardware id. Where machines of several serial
-- numbers say the same id it can be one of them only, for they are not one machine: the one that reported last.
serial_of_hardware as (
    select
        account_id,
        hardware_id,
        arg_min(serial, recency) as serial
    from identified
    where serial is not null and hardware_id is not null
    group by account_id, hardware_id
),

machines as (
    select
        identified.*,
        coalesce(identified.serial, serial_of_hardware.serial) as machine_serial,
        case when machine_serial is null then identified.hardware_id end as machine_hardware_id
    from identified
    left join serial_of_hardware
        on
            identified.account_id = serial_of_hardware.account_id
            and identified.hardware_id = serial_of_hardware.hardware_id
    where identified.serial is not null or identified.hardware_id is not null
),

-- The agent that reported last is the one that lives.
ranked as (
    select
        device_id,
        serial,
        hardware_id,
        first_value(device_id) over same_machine as kept_device_id,
        first_value(serial) over same_machine as kept_serial,
        first_value(hardware_id) over same_machine as kept_hardware_id
    from machines
    window same_machine as (partition by account_id, machine_serial, machine_hardware_id order by recency)
)

select
    device_id,
    kept_device_id,
    case
        when serial = kept_serial then 'serial number'
        when hardware_id = kept_hardware_id then 'hardware id'
        else 'other records'
    end as found_by
from ranked
where device_id != kept_device_id
