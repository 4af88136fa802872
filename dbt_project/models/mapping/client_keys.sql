with clients as (
    select * from {{ ref('clients') }}
),

client_keys as (
    select
        client_id,
        source_system,
        source_client_id,
        client_name,
        domain,
        tenant_id,
        {{ fold('client_name') }} as folded,
        {{ company_key(fold('client_name')) }} as name_key
    from clients
    where not is_deleted and client_kind <> 'vendor'
)

select * from client_keys
