with run as (
    select * from {{ ref('stg_control__run') }}
),

-- A record made after the cut-off (a read of later) is none of the period.
devices as (
    select devices.*
    from {{ ref('stg_ninjaone__devices') }} as devices
    cross join run
    where devices.approval_status = 'APPROVED' and coalesce(devices.created_at <= run.cutoff, true)
),

computer_systems as (
    select * from {{ ref('stg_ninjaone__computer_systems') }}
),

-- Equal times are settled by the newer record, so that there is always one that reported last. A record that does not
-- say when it was made lived on the day before its last contact, for all that is known.
identified as (
    select
        devices.device_id,
        devices.account_id,
        coalesce(
            {{ hardware_identity('computer_systems.serial_number') }},
            {{ hardware_identity('computer_systems.bios_serial_number') }}
        ) as said_serial,
        {{ hardware_identity('devices.device_uid') }} as said_hardware_id,
        coalesce(devices.created_at, devices.last_contact_at - interval 1 day) as lives_since,
        devices.last_contact_at as lives_until,
        row_number() over (
            order by
                devices.last_contact_at desc nulls last,
                try_cast(devices.device_id as bigint) desc nulls last,
                devices.device_id desc
        ) as recency
    from devices
    left join computer_systems on devices.device_id = computer_systems.device_id
),

-- The records of one machine follow each other: an older one that reports after a younger one was made is another
-- machine. What records share that live at one time is no identity, whatever it looks like and whosever they are.
meeting as (
    select
        *,
        said_serial is not null and {{ lives_with_an_older('said_serial') }} as meets_serial,
        said_hardware_id is not null and {{ lives_with_an_older('said_hardware_id') }} as meets_hardware_id
    from identified
),

proven as (
    select
        * exclude (meets_serial, meets_hardware_id),
        case when not bool_or(meets_serial) over (partition by said_serial) then said_serial end as serial,
        case
            when not bool_or(meets_hardware_id) over (partition by said_hardware_id) then said_hardware_id
        end as hardware_id
    from meeting
),

-- A record without serial number belongs to the serial number of its hardware id. Where machines of several serial
-- numbers say the same id it can be one of them only, for they are not one machine: the one that reported last.
serial_of_hardware as (
    select
        hardware_id,
        arg_min(serial, recency) as serial
    from proven
    where serial is not null and hardware_id is not null
    group by hardware_id
),

joined as (
    select
        proven.*,
        coalesce(proven.serial, serial_of_hardware.serial) as joined_serial
    from proven
    left join serial_of_hardware on proven.hardware_id = serial_of_hardware.hardware_id
    where proven.serial is not null or proven.hardware_id is not null
),

joined_meeting as (
    select
        *,
        joined_serial is not null and {{ lives_with_an_older('joined_serial') }} as meets_joined
    from joined
),

-- One hardware id after another may join records that lived at one time: then it proves nothing of this machine.
machines as (
    select
        * exclude (joined_serial, meets_joined),
        case
            when bool_or(meets_joined) over (partition by joined_serial) then serial
            else joined_serial
        end as machine_serial,
        case when machine_serial is null then hardware_id end as machine_hardware_id
    from joined_meeting
),

-- The agent that reported last is the one that lives.
ranked as (
    select
        device_id,
        account_id,
        serial,
        hardware_id,
        first_value(device_id) over same_machine as kept_device_id,
        first_value(account_id) over same_machine as kept_account_id,
        first_value(serial) over same_machine as kept_serial,
        first_value(hardware_id) over same_machine as kept_hardware_id
    from machines
    window same_machine as (partition by machine_serial, machine_hardware_id order by recency)
)

select
    device_id,
    kept_device_id,
    case when kept_account_id != account_id then kept_account_id end as moved_to_account_id,
    case
        when serial = kept_serial then 'serial number'
        when hardware_id = kept_hardware_id then 'hardware id'
        else 'other records'
    end as found_by
from ranked
where device_id != kept_device_id
