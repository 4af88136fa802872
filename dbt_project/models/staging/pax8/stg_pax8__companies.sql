with current_rows as (
    {{ snapshot_rows('pax8', 'companies', ['id']) }}
),

renamed as (
    select
        {{ clean('id') }} as account_id,
        {{ clean('name') }} as account_name,
        {{ domain_of('website') }} as domain,
        {{ clean('external_id') }} as external_id,
        {{ clean('status') }} as status,
        updated_date as updated_at,
        read_at
    from current_rows
)

select * from renamed
