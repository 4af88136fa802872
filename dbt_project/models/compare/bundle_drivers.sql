with bundles as (
    select * from {{ ref('bundles_in_force') }}
),

counting_rules as (
    select * from {{ ref('counting_rules') }}
),

terms as (
    select * from {{ ref('line_terms') }}
),

billed as (
    select * from {{ ref('billed_by_line') }}
),

-- Where the bundle is counted on other days than the last one, these price it.
line_counts as (
    select * from {{ ref('line_counts') }}
    where counted_when != 'prorated'
),

driver_rows as (
    select
        line_key,
        side,
        source_system,
        sum(quantity) filter (where resolution = 'counted') as quantity,
        bool_or(disposition in ('counted', 'excluded', 'duplicate')) as is_known
    from {{ ref('vendor_rows_resolved') }}
    where line_part = 'bundle'
    group by line_key, side, source_system
),

source_status as (
    select * from {{ ref('source_status') }}
),

refused as (
    select
        client_id,
        source_system,
        flatten(list(stopped_sides)) as stopped_sides
    from {{ ref('accounts_refused') }}
    where client_id is not null
    group by client_id, source_system
),

-- The bundle's own rules say which quantity prices it and who tells that; the driver's rows are what is counted.
ruled as (
    select
        bundles.client_id,
        bundles.bundle_product_id,
        bundles.bundle_name,
        bundles.bundle_line_key,
        bundles.component_product_id as driver_product_id,
        bundles.component_name as driver_name,
        bundles.covered_line_key as driver_line_key,
        bundles.main_line_key as driver_main_key,
        terms.minimum_quantity,
        bundles.rule_id,
        own.owned_source,
        own.used_source,
        own.charged_source,
        case when own.product_id is not null then coalesce(terms.basis, own.basis) end as basis,
        terms.fixed_quantity,
        {{ of_side('coalesce(terms.basis, own.basis)', 'own.{}_source') }} as source_system,
        {{ of_side('coalesce(terms.basis, own.basis)', 'drivers.{}_source') }} as driver_source,
        count(*) over (partition by bundles.client_id, bundles.component_product_id) as driven_bundles
    from bundles
    left join counting_rules as own
        on
            bundles.bundle_product_id = own.product_id
            and {{ counting_client('bundles.client_id', 'own') }}
    left join counting_rules as drivers
        on
            bundles.component_product_id = drivers.product_id
            and {{ counting_client('bundles.client_id', 'drivers') }}
    left join terms on bundles.bundle_line_key = terms.line_key
    where bundles.is_driver
),

sides as (
    select
        ruled.bundle_line_key,
        sum(driver_rows.quantity) filter (where driver_rows.side = 'owned') as owned_quantity,
        sum(driver_rows.quantity) filter (where driver_rows.side = 'used') as used_quantity,
        sum(driver_rows.quantity) filter (where driver_rows.side = 'charged') as charged_quantity,
        bool_or(driver_rows.is_known and driver_rows.side = ruled.basis) as is_known
    from ruled
    inner join driver_rows
        on
            ruled.driver_line_key = driver_rows.line_key
            and driver_rows.source_system
            = {{ of_side('driver_rows.side', 'ruled.{}_source') }}
    group by ruled.bundle_line_key
),

-- Where the agreement fixes the units of the bundle, these are what it covers. What could not be read is no zero.
counted as (
    select
        ruled.*,
        sides.owned_quantity,
        sides.used_quantity,
        sides.charged_quantity,
        coalesce(sides.is_known, false) as has_vendor_record,
        line_counts.line_key is not null as counts_other_days,
        case
            when ruled.basis = 'fixed' then coalesce(ruled.fixed_quantity, billed.billed_quantity, 0)
            when not coalesce(source_status.is_assessable, false) or refused.client_id is not null then null
            when line_counts.line_key is not null then line_counts.counted_quantity
            else {{ of_side('ruled.basis', 'coalesce(sides.{}_quantity, 0)') }}
        end as counted_quantity,
        coalesce(billed.billed_quantity, 0) as billed_quantity,
        coalesce(billed.billed_quantity + billed.included_quantity, 0) as sold_quantity,
        -- Who is not on the plan buys the driver's product by a line of its own.
        case when ruled.basis != 'fixed' then coalesce(beside.billed_quantity + beside.included_quantity, 0) else 0 end
            as beside_quantity
    from ruled
    left join sides on ruled.bundle_line_key = sides.bundle_line_key
    left join billed on ruled.bundle_line_key = billed.line_key
    left join billed as beside on ruled.driver_main_key = beside.line_key
    left join line_counts on ruled.bundle_line_key = line_counts.line_key
    left join source_status on ruled.source_system = source_status.source_system
    left join refused
        on
            ruled.client_id = refused.client_id
            and ruled.source_system = refused.source_system
            and list_contains(refused.stopped_sides, ruled.basis)
),

judged as (
    select
        *,
        beside_quantity > 0
        and not counts_other_days
        and coalesce(counted_quantity = sold_quantity + beside_quantity, false) as is_sold_beside
    from counted
)

select
    client_id,
    bundle_product_id,
    bundle_name,
    bundle_line_key,
    driver_product_id,
    driver_name,
    driver_line_key,
    basis,
    source_system,
    owned_source,
    used_source,
    charged_source,
    case when is_sold_beside then least(owned_quantity, sold_quantity) else owned_quantity end as owned_quantity,
    case when is_sold_beside then least(used_quantity, sold_quantity) else used_quantity end as used_quantity,
    case when is_sold_beside then least(charged_quantity, sold_quantity) else charged_quantity end as charged_quantity,
    has_vendor_record,
    -- Plan and line together come to all units: then each has what it bills.
    case when is_sold_beside then sold_quantity else counted_quantity end as driver_quantity,
    -- A minimum that is billed is paid for, so it covers as many units as it has.
    case when minimum_quantity > counted_quantity then least(minimum_quantity, billed_quantity) end as billed_minimum,
    case
        when is_sold_beside
            then
                ' (of ' || {{ plain_number('counted_quantity') }} || ' in all: '
                || {{ plain_number('sold_quantity') }} || ' on this plan + '
                || {{ plain_number('beside_quantity') }} || ' by the line of ' || driver_name || ' beside it)'
    end as shared_text,
    case
        when basis is null or basis = 'fixed' then null
        -- Which of its units belong to which bundle, nobody has said: each bundle would claim them all.
        when driven_bundles > 1
            then
                'its driver ' || driver_name || ' drives ' || (driven_bundles - 1)
                || ' more of the client''s bundles'
        when coalesce(driver_source, '') != source_system
            then
                'it is counted by what is ' || basis || ' at ' || source_system
                || ', but the counting rule of its driver ' || driver_name || ' takes that from '
                || coalesce(driver_source, 'nowhere')
        when beside_quantity > 0 and not is_sold_beside and counted_quantity is not null
            then
                'its driver ' || driver_name || ' is also sold by a line of its own: the plan has '
                || {{ plain_number('sold_quantity') }} || ' and that line ' || {{ plain_number('beside_quantity') }}
                || ', ' || {{ plain_number('sold_quantity + beside_quantity') }} || ' together, but '
                || {{ plain_number('counted_quantity') }} || ' are ' || basis
                || ', and nobody says who is on the plan'
    end as problem
from judged
