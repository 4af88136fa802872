with current_rows as (
    {{ snapshot_rows('microsoft_graph', 'license_assignments', ['tenant_id', 'sku_id', 'user_id'],
        account_column='tenant_id') }}
),

-- Who told nothing of being disabled or a guest is an enabled member: older directories leave the user type empty.
renamed as (
    select
        {{ guid('tenant_id') }} as account_id,
        {{ guid('sku_id') }} as vendor_product_id,
        {{ guid('user_id') }} as user_id,
        {{ clean('lower(user_principal_name)') }} as user_name,
        coalesce(not account_enabled, false) as is_disabled,
        coalesce(lower(user_type) = 'guest', false) as is_guest,
        {{ clean('office_location') }} as office,
        {{ clean('department') }} as department,
        {{ clean('company_name') }} as company,
        last_sign_in_at,
        read_at
    from current_rows
)

select * from renamed
