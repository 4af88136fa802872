with vendor_rows as (
    select * from {{ ref('vendor_rows_resolved') }}
    where disposition in ('excluded', 'duplicate')
),

lines as (
    select * from {{ ref('lines') }}
),

coverage as (
    select * from {{ ref('bundle_coverage') }}
    where has_main_line
),

drivers as (
    select * from {{ ref('bundle_drivers') }}
),

named as (
    select
        line_key,
        side,
        source_system,
        quantity,
        case
            when resolution = 'not_seen' then 'not seen for ' || inactive_days || ' days'
            when resolution = 'excluded_by_rule'
                then coalesce(reason, 'no reason given') || ' (' || exclusion_rule_id || ')'
            when resolution = 'same_person' then 'further licences of the same users'
            when disposition = 'duplicate' then 'duplicate'
            else coalesce(reason, 'excluded')
        end as deduction
    from vendor_rows
),

-- On a main line only rows of the basis itself were taken out; an excluded part consists of nothing else. On an
-- unallocated part nothing is compared, so nothing is taken out of it either.
deducted as (
    select
        named.line_key,
        named.quantity,
        named.deduction
    from named
    inner join lines on named.line_key = lines.line_key
    where
        lines.line_part = 'excluded'
        or (
            lines.line_part in ('main', 'bundle')
            and named.side = lines.basis
            and named.source_system = lines.needed_source
        )

    union all

    -- What was taken out of the driver was taken out of the bundle.
    select
        drivers.bundle_line_key as line_key,
        named.quantity,
        named.deduction
    from named
    inner join drivers
        on
            named.line_key = drivers.driver_line_key
            and named.side = drivers.basis
            and named.source_system = drivers.source_system

    union all

    select
        main_line_key as line_key,
        covered_quantity as quantity,
        'covered by ' || bundles_text as deduction
    from coverage
    where covered_quantity is not null
),

grouped as (
    select
        line_key,
        deduction,
        sum(quantity) as quantity
    from deducted
    group by line_key, deduction
)

select
    line_key,
    {{ as_quantity('sum(quantity)') }} as deducted_quantity,
    string_agg(
        ' - ' || {{ plain_number('quantity') }} || ' ' || deduction, ''
        order by quantity desc, deduction asc
    ) as deductions_text,
    string_agg(deduction, ', ' order by deduction) as reasons_text
from grouped
group by line_key
