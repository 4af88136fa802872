with vendor_rows as (
    select * from {{ ref('vendor_rows_resolved') }}
    where
        resolution in ('unmapped_client', 'unmapped_product')
        and exclusion_rule_id is null
        and quantity > 0
        and (client_id is null or product_id is null)
),

products as (
    select * from {{ ref('products') }}
),

clients as (
    select * from {{ ref('clients') }}
),

run as (
    select * from {{ ref('current_run') }}
),

-- The sides repeat each other, so the units are those of the largest side.
by_side as (
    select
        source_system,
        account_id,
        vendor_product_id,
        client_id,
        product_id,
        side,
        sum(quantity) as quantity
    from vendor_rows
    group by source_system, account_id, vendor_product_id, client_id, product_id, side
),

by_product as (
    select
        source_system,
        account_id,
        vendor_product_id,
        client_id,
        product_id,
        max(quantity) as quantity
    from by_side
    group by source_system, account_id, vendor_product_id, client_id, product_id
),

-- What was invoiced goes before what the subscription promises; of several, the newest.
costs as (
    select
        source_system,
        account_id,
        vendor_product_id,
        monthly_unit_cost,
        currency
    from vendor_rows
    where monthly_unit_cost is not null
    qualify
        row_number() over (
            partition by source_system, account_id, vendor_product_id
            order by side = 'charged' desc, priced_from desc nulls last, source_record_id asc
        ) = 1
),

-- A catalogue price of zero is a field nobody filled in: unknown, not free.
waiting_units as (
    select
        by_product.source_system,
        by_product.account_id,
        by_product.vendor_product_id,
        by_product.client_id,
        by_product.product_id,
        by_product.quantity,
        case
            when products.list_price > 0 then products.list_price
            else costs.monthly_unit_cost
        end as unit_value,
        case
            when products.list_price > 0 then 'client price'
            when costs.monthly_unit_cost is not null then 'vendor cost'
        end as value_basis,
        coalesce(
            case when products.list_price > 0 then clients.currency else costs.currency end,
            run.default_currency
        ) as currency
    from by_product
    cross join run
    left join products on by_product.product_id = products.product_id
    left join clients on by_product.client_id = clients.client_id
    left join costs
        on
            by_product.source_system = costs.source_system
            and by_product.account_id = costs.account_id
            and by_product.vendor_product_id = costs.vendor_product_id
)

select * from waiting_units
