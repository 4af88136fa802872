with current_rows as (
    {{ snapshot_rows('ninjaone', 'computer_systems', ['device_id']) }}
),

renamed as (
    select
        cast(device_id as varchar) as device_id,
        {{ clean('serial_number') }} as serial_number,
        {{ clean('bios_serial_number') }} as bios_serial_number,
        {{ clean('manufacturer') }} as manufacturer,
        {{ clean('model') }} as model,
        virtual_machine as is_virtual_machine,
        to_timestamp(timestamp) as seen_at,
        read_at
    from current_rows
)

select * from renamed
