with line_keys as (
    select * from {{ ref('line_keys') }}
    where line_part = 'main' and product_id is not null
),

counting_rules as (
    select * from {{ ref('counting_rules') }}
    where counted_when != 'last_day' or vendor_counted_when is not null
),

terms as (
    select * from {{ ref('line_terms') }}
),

-- A bundle has no units of its own: what is counted is its driver.
drivers as (
    select
        bundle_line_key,
        main_line_key as driver_key
    from {{ ref('bundles_in_force') }}
    where is_driver
),

ruled as (
    select
        line_keys.line_key,
        line_keys.client_id,
        coalesce(drivers.driver_key, line_keys.line_key) as counted_key,
        coalesce(terms.basis, counting_rules.basis) as basis,
        {{ of_side('coalesce(terms.basis, counting_rules.basis)', 'counting_rules.{}_source') }} as needed_source,
        counting_rules.counted_when,
        counting_rules.count_day,
        counting_rules.vendor_counted_when,
        counting_rules.vendor_count_day
    from line_keys
    inner join counting_rules
        on
            line_keys.product_id = counting_rules.product_id
            and {{ counting_client('line_keys.client_id') }}
    left join terms on line_keys.line_key = terms.line_key
    left join drivers on line_keys.line_key = drivers.bundle_line_key
)

select
    line_key,
    'contract' as whose,
    client_id,
    counted_key,
    basis,
    needed_source,
    counted_when,
    count_day
from ruled
where needed_source is not null and counted_when != 'last_day'

union all

select
    line_key,
    'vendor' as whose,
    client_id,
    counted_key,
    basis,
    needed_source,
    vendor_counted_when as counted_when,
    vendor_count_day as count_day
from ruled
where
    needed_source is not null
    and (vendor_counted_when != counted_when or vendor_count_day is distinct from count_day)
