with bundles as (
    select * from {{ ref('bundles_in_force') }}
),

drivers as (
    select * from {{ ref('bundle_drivers') }}
),

counting_rules as (
    select * from {{ ref('counting_rules') }}
),

terms as (
    select * from {{ ref('line_terms') }}
),

sides as (
    select
        line_key,
        sum(quantity) filter (where side = 'owned') as owned_quantity,
        sum(quantity) filter (where side = 'used') as used_quantity,
        sum(quantity) filter (where side = 'charged') as charged_quantity
    from {{ ref('vendor_rows_resolved') }}
    where line_part = 'bundle' and resolution = 'counted'
    group by line_key
),

billed_components as (
    select distinct line_key
    from {{ ref('billing_rows_resolved') }}
    where makes_line
),

-- A component of several bundles is covered by all of them together; one that is unknown makes the sum unknown.
entitled as (
    select
        bundles.covered_line_key as line_key,
        min(bundles.client_id) as client_id,
        min(bundles.component_product_id) as product_id,
        min(bundles.main_line_key) as main_line_key,
        min(bundles.bundle_line_key) as bundle_line_key,
        case
            when count(*) = count(drivers.driver_quantity) filter (where drivers.problem is null)
                then
                    sum(
                        greatest(drivers.driver_quantity, coalesce(drivers.billed_minimum, 0))
                        * bundles.units_per_driver
                    )
        end as entitlement,
        -- As many as are there to be covered: nobody misses what a minimum pays for beyond them.
        case
            when count(*) = count(drivers.driver_quantity) filter (where drivers.problem is null)
                then sum(drivers.driver_quantity * bundles.units_per_driver)
        end as needed_quantity,
        string_agg(
            bundles.bundle_name
            || case
                when bundles.units_per_driver = 1 then ''
                else
                    ' (' || {{ plain_number('greatest(drivers.driver_quantity, drivers.billed_minimum)') }} || ' x '
                    || {{ plain_number('bundles.units_per_driver') }} || ')'
            end
            || case
                when drivers.billed_minimum > drivers.driver_quantity
                    then ' by its billed minimum of ' || {{ plain_number('drivers.billed_minimum') }}
                else ''
            end,
            ' and '
            order by bundles.bundle_name
        ) as bundles_text
    from bundles
    left join drivers on bundles.bundle_line_key = drivers.bundle_line_key
    group by bundles.covered_line_key
),

counted as (
    select
        entitled.*,
        counting_rules.product_id is not null as is_ruled,
        coalesce(terms.basis, counting_rules.basis) as basis,
        terms.minimum_quantity,
        coalesce(sides.owned_quantity, 0) as owned_quantity,
        coalesce(sides.used_quantity, 0) as used_quantity,
        coalesce(sides.charged_quantity, 0) as charged_quantity,
        {{ of_side('coalesce(terms.basis, counting_rules.basis)', 'coalesce(sides.{}_quantity, 0)') }} as quantity,
        billed_components.line_key is not null as is_billed_apart
    from entitled
    left join counting_rules
        on
            entitled.product_id = counting_rules.product_id
            and {{ counting_client('entitled.client_id') }}
    left join terms on entitled.line_key = terms.line_key
    left join sides on entitled.line_key = sides.line_key
    left join billed_components on entitled.main_line_key = billed_components.line_key
)

select
    line_key,
    client_id,
    product_id,
    main_line_key,
    bundle_line_key,
    entitlement,
    needed_quantity,
    bundles_text,
    is_ruled,
    basis,
    owned_quantity,
    used_quantity,
    charged_quantity,
    quantity,
    case
        when quantity is not null and entitlement is not null then least(quantity, entitlement)
    end as covered_quantity,
    -- What is beyond the bundles, or billed beside them, is compared like any other line; so is a minimum beyond them.
    coalesce(quantity > entitlement, false)
    or coalesce(minimum_quantity > entitlement, false)
    or is_billed_apart as has_main_line
from counted
