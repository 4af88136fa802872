with current_rows as (
    {{ version_rows('connectwise', 'companies', ['id'], newest_by='_info__last_updated') }}
),

renamed as (
    select
        {{ scoped_id('connectwise', 'id') }} as client_id,
        cast(id as varchar) as company_id,
        {{ clean('name') }} as client_name,
        {{ clean('identifier') }} as identifier,
        {{ clean('status__name') }} as status,
        coalesce(deleted_flag, false) as is_deleted,
        coalesce(try(from_json(types, '[{"name":"VARCHAR"}]')), []) as types,
        coalesce(try(from_json(custom_fields, '[{"caption":"VARCHAR","value":"VARCHAR"}]')), []) as custom_fields,
        {{ domain_of('website') }} as domain,
        {{ clean('tax_identifier') }} as tax_id,
        {{ clean('account_number') }} as account_number,
        {{ scoped_id('connectwise', 'parent_company__id') }} as parent_client_id,
        upper({{ clean('currency__currency_code') }}) as currency,
        _info__last_updated as last_updated_at,
        read_at
    from current_rows
)

select * from renamed
