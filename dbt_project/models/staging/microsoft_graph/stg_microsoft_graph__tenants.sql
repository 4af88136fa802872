with current_rows as (
    {{ snapshot_rows('microsoft_graph', 'tenants', ['tenant_id']) }}
),

renamed as (
    select
        {{ guid('tenant_id') }} as account_id,
        {{ clean('display_name') }} as account_name,
        {{ domain_of('default_domain_name') }} as domain,
        {{ clean('contract_type') }} as contract_type,
        read_at
    from current_rows
)

select * from renamed
