with vendor_quantities as (
    select * from {{ ref('vendor_quantities') }}
),

product_mappings as (
    select * from {{ ref('product_mappings') }}
),

-- Holdings help where an account waits for a client; nobody asks for them otherwise.
waiting as (
    select distinct true as is_waiting
    from {{ ref('open_accounts') }}
),

-- Counts by day would add up to unit-days.
account_holdings as (
    select
        vendor_quantities.source_system,
        vendor_quantities.account_id,
        product_mappings.product_id,
        vendor_quantities.side,
        {{ as_quantity('sum(vendor_quantities.quantity)') }} as quantity
    from vendor_quantities
    inner join product_mappings
        on
            vendor_quantities.source_system = product_mappings.source_system
            and vendor_quantities.vendor_product_id = product_mappings.vendor_product_id
    cross join waiting
    where vendor_quantities.is_countable and not vendor_quantities.is_dated_count
    group by
        vendor_quantities.source_system,
        vendor_quantities.account_id,
        product_mappings.product_id,
        vendor_quantities.side
    having sum(vendor_quantities.quantity) > 0
)

select * from account_holdings
