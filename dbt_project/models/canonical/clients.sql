with companies as (
    select * from {{ ref('stg_connectwise__companies') }}
),

exported_lines as (
    select * from {{ ref('stg_exports__billing_lines') }}
),

read_lists as (
    select
        *,
        {{ folded_names('types') }} as folded_types,
        {{ guid(custom_field('custom_fields', 'tenant id')) }} as tenant_id
    from companies
),

connectwise_clients as (
    select
        client_id,
        'connectwise' as source_system,
        company_id as source_client_id,
        coalesce(client_name, identifier, client_id) as client_name,
        case
            when list_has_any(folded_types, ['internal', 'owner', 'my company', 'owner company']) then 'internal'
            when
                list_has_any(folded_types, ['vendor', 'supplier', 'distributor', 'manufacturer'])
                and not list_has_any(folded_types, ['client', 'customer'])
                then 'vendor'
            else 'client'
        end as client_kind,
        not is_deleted and coalesce({{ fold('status') }}, 'active') not in ('inactive', 'not approved') as is_active,
        is_deleted,
        currency,
        tenant_id,
        domain,
        tax_id,
        parent_client_id
    from read_lists
),

-- An export repeats its client on every line: the values of the line with the smallest record id stand for it.
exported_clients as (
    select
        client_id,
        min(source_name) as source_system,
        arg_min(source_client_id, source_record_id) as source_client_id,
        coalesce(arg_min(client_name, source_record_id), min(client_id)) as client_name,
        'client' as client_kind,
        true as is_active,
        false as is_deleted,
        arg_min(currency, source_record_id) as currency,
        cast(null as varchar) as tenant_id,
        arg_min(domain, source_record_id) as domain,
        cast(null as varchar) as tax_id,
        cast(null as varchar) as parent_client_id
    from exported_lines
    where client_id is not null
    group by client_id
),

clients as (
    select * from connectwise_clients
    union all by name
    select * from exported_clients
)

select * from clients
