with current_rows as (
    {{ snapshot_rows('ninjaone', 'organizations', ['id']) }}
),

renamed as (
    select
        cast(id as varchar) as account_id,
        {{ clean('name') }} as account_name,
        {{ clean('description') }} as description,
        read_at
    from current_rows
)

select * from renamed
