with source_rows as (
    select * from {{ source('rules', 'terms') }}
),

renamed as (
    select
        rule_id,
        {{ id_as_read('client', 'trim(client_id)') }} as client_id,
        {{ id_as_read('agreement', 'trim(agreement_id)') }} as agreement_id,
        {{ id_as_read('product', 'trim(product_id)') }} as product_id,
        lower({{ clean('basis') }}) as basis,
        minimum_quantity,
        {{ clean('minimum_scope') }} as minimum_scope,
        {{ clean('pool') }} as pool,
        contract_price,
        {{ clean('currency') }} as contract_currency,
        margin_floor_percent,
        backbill_months,
        fixed_quantity,
        valid_from,
        valid_to,
        owner,
        reason
    from source_rows
)

select * from renamed
