with billing_rows as (
    select * from {{ ref('billing_rows_resolved') }}
    where is_live
),

vendor_rows as (
    select * from {{ ref('vendor_rows_resolved') }}
    where makes_line
),

members as (
    select
        line_key,
        'main' as line_part,
        client_key,
        product_key,
        client_id,
        product_id,
        null as source_system,
        null as account_id,
        null as vendor_product_id
    from billing_rows

    union all

    select
        line_key,
        line_part,
        client_key,
        product_key,
        client_id,
        product_id,
        source_system,
        account_id,
        vendor_product_id
    from vendor_rows
),

-- The vendor's own names are kept only where they are the same for all rows of the line.
line_keys as (
    select
        line_key,
        line_part,
        min(client_key) as client_key,
        min(product_key) as product_key,
        min(client_id) as client_id,
        case when min(product_id) = max(product_id) then min(product_id) end as product_id,
        case when min(source_system) = max(source_system) then min(source_system) end as source_system,
        case when min(account_id) = max(account_id) then min(account_id) end as account_id,
        case when min(vendor_product_id) = max(vendor_product_id) then min(vendor_product_id) end as vendor_product_id
    from members
    group by line_key, line_part
)

select * from line_keys
