with current_rows as (
    {{ snapshot_rows('pax8', 'subscriptions', ['id']) }}
),

renamed as (
    select
        {{ clean('id') }} as subscription_id,
        {{ clean('parent_subscription_id') }} as parent_subscription_id,
        {{ clean('company_id') }} as account_id,
        {{ clean('product_id') }} as vendor_product_id,
        {{ clean('product_name') }} as vendor_product_name,
        {{ clean('vendor_subscription_id') }} as vendor_subscription_id,
        {{ clean('vendor_sku_id') }} as vendor_sku_id,
        quantity,
        {{ clean('status') }} as status,
        {{ utc_date('start_date') }} as start_date,
        {{ utc_date('end_date') }} as end_date,
        created_date as created_at,
        updated_date as updated_at,
        billing_start,
        price,
        partner_cost,
        upper({{ clean('currency_code') }}) as currency,
        {{ clean('billing_term') }} as billing_term,
        {{ clean('commitment_term__term') }} as commitment_term,
        {{ utc_date('commitment_term__end_date') }} as commitment_end_date,
        read_at
    from current_rows
)

select * from renamed
