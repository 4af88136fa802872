with lines as (
    select * from {{ ref('lines') }}
),

vendor_rows as (
    select * from {{ ref('vendor_rows_resolved') }}
),

-- What is stated for an account that clients share says nothing of one of them.
shared as (
    select * from {{ ref('lines_shared') }}
),

bundle_sides as (
    select * from {{ ref('bundle_sides') }}
),

charged as (
    select * from {{ ref('lines_charged') }}
),

-- A subscription or charge that may count or not leaves its side unknown.
faulty_rows as (
    select
        line_key,
        bool_or(side = 'owned') as is_owned_faulty,
        bool_or(side = 'charged') as is_charged_faulty
    from vendor_rows
    where is_faulty and side in ('owned', 'charged')
    group by line_key
),

-- A count that cannot be right is unknown, also where another side decides the line.
faulty as (
    select
        client_id,
        product_id,
        designated_source as source_system,
        bool_or(side = 'owned') as is_owned_faulty,
        bool_or(side = 'used') as is_used_faulty
    from {{ ref('product_faults') }}
    group by client_id, product_id, designated_source
),

-- Stale rows stay out of every sum. What a rule takes out is summed from the designated system alone: the same seats
-- stand at the distributor and in the tenant. An unmapped account simply shows what it holds.
sums as (
    select
        line_key,
        {{ as_quantity("sum(quantity) filter (where side = 'owned')") }} as owned_quantity,
        {{ as_quantity("sum(quantity) filter (where side = 'used')") }} as used_quantity,
        {{ as_quantity("sum(quantity) filter (where side = 'charged')") }} as charged_quantity,
        false as is_weighed_elsewhere
    from vendor_rows
    where
        line_part != 'bundle'
        and (
            resolution in ('counted', 'unmapped_client', 'unmapped_product', 'unallocated')
            or (resolution = 'excluded_by_rule' and (not has_counting_rule or designated_source = source_system))
        )
    group by line_key

    union all

    select
        line_key,
        {{ as_quantity('owned_quantity') }} as owned_quantity,
        {{ as_quantity('used_quantity') }} as used_quantity,
        {{ as_quantity('charged_quantity') }} as charged_quantity,
        is_weighed_elsewhere
    from bundle_sides
)

-- No row at a healthy, designated source is zero; no designated or no healthy source is unknown.
select
    lines.line_key,
    case
        when shared.is_owned_shared or faulty_rows.is_owned_faulty or owned_faults.is_owned_faulty then null
        when lines.is_owned_readable and lines.is_ruled then coalesce(sums.owned_quantity, 0)
        when lines.is_owned_readable then sums.owned_quantity
    end as owned_quantity,
    case
        when shared.is_used_shared or used_faults.is_used_faulty then null
        when lines.is_used_readable and lines.is_ruled then coalesce(sums.used_quantity, 0)
        when lines.is_used_readable then sums.used_quantity
    end as used_quantity,
    case
        when shared.is_charged_shared or faulty_rows.is_charged_faulty then null
        when lines.is_ruled and not coalesce(charged.is_known, false) then null
        when lines.is_charged_readable and lines.is_ruled then coalesce(sums.charged_quantity, 0)
        when lines.is_charged_readable then sums.charged_quantity
    end as charged_quantity,
    -- What the rows say whatever the health of their source: the weight of a line in coverage.
    case
        when sums.is_weighed_elsewhere then 0
        else coalesce(
            {{ of_side('lines.basis', 'sums.{}_quantity') }},
            greatest(sums.owned_quantity, sums.used_quantity, sums.charged_quantity),
            0
        )
    end as census_quantity
from lines
left join sums on lines.line_key = sums.line_key
left join charged on lines.line_key = charged.line_key
left join faulty_rows on lines.line_key = faulty_rows.line_key
left join shared on lines.line_key = shared.line_key
left join faulty as owned_faults
    on
        lines.client_id = owned_faults.client_id
        and lines.product_id = owned_faults.product_id
        and lines.owned_source = owned_faults.source_system
        and lines.line_part in ('main', 'bundle')
left join faulty as used_faults
    on
        lines.client_id = used_faults.client_id
        and lines.product_id = used_faults.product_id
        and lines.used_source = used_faults.source_system
        and lines.line_part in ('main', 'bundle')
