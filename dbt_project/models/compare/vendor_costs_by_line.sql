with vendor_rows as (
    select * from {{ ref('vendor_rows_resolved') }}
    where
        (resolution = 'counted' or (resolution = 'excluded_by_rule' and designated_source = source_system))
        and side in ('owned', 'charged')
        and quantity != 0
),

lines as (
    select * from {{ ref('lines') }}
),

charged as (
    select * from {{ ref('lines_charged') }}
),

run as (
    select * from {{ ref('current_run') }}
),

-- Each row costs as much as it has units. A row whose cost nobody knows, or that costs another currency, leaves what a
-- unit costs unknown.
sides as (
    select
        vendor_rows.line_key,
        vendor_rows.side,
        {{ average_of_units('vendor_rows.monthly_unit_cost', 'vendor_rows.quantity') }} as unit_cost,
        max(vendor_rows.unit_cost_rounding) as unit_cost_rounding,
        min(coalesce(vendor_rows.currency, run.default_currency)) as currency,
        count(vendor_rows.monthly_unit_cost) = count(*)
        and count(distinct coalesce(vendor_rows.currency, run.default_currency)) = 1 as is_known
    from vendor_rows
    cross join run
    group by vendor_rows.line_key, vendor_rows.side
)

-- What was invoiced goes before what the subscriptions promise, where it is invoiced for all of them.
select
    sides.line_key,
    cast(sides.unit_cost as decimal(18, 6)) as unit_cost,
    cast(sides.unit_cost_rounding as decimal(18, 6)) as unit_cost_rounding,
    sides.currency
from sides
inner join lines on sides.line_key = lines.line_key
left join charged on sides.line_key = charged.line_key
where
    case sides.side when 'owned' then lines.is_owned_readable else lines.is_charged_readable end
    and sides.is_known
    and sides.unit_cost is not null
qualify
    row_number() over (
        partition by sides.line_key
        order by
            case when sides.side = 'owned' then 2 when charged.is_known then 1 else 3 end
    ) = 1
