with billing_lines as (
    select * from {{ ref('billing_lines') }}
),

client_keys as (
    select * from {{ ref('client_keys') }}
),

products as (
    select * from {{ ref('products') }}
),

-- Holdings help where an account waits for a client; nobody asks for them otherwise.
waiting as (
    select distinct true as is_waiting
    from {{ ref('open_accounts') }}
),

client_holdings as (
    select
        billing_lines.client_id,
        billing_lines.product_id,
        any_value(products.product_name) as product_name,
        {{ as_quantity('sum(billing_lines.billed_quantity)') }} as quantity
    from billing_lines
    inner join client_keys on billing_lines.client_id = client_keys.client_id
    left join products on billing_lines.product_id = products.product_id
    cross join waiting
    where billing_lines.is_live and billing_lines.bill_mode = 'billable'
    group by billing_lines.client_id, billing_lines.product_id
    having sum(billing_lines.billed_quantity) > 0
)

select * from client_holdings
