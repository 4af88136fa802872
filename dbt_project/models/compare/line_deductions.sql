with vendor_rows as (
    select * from {{ ref('vendor_rows_resolved') }}
    where disposition in ('excluded', 'duplicate')
),

lines as (
    select * from {{ ref('lines') }}
),

-- On a main line only rows of the basis itself were taken out; an excluded part consists of nothing else. On an
-- unallocated part nothing is compared, so nothing is taken out of it either.
deducted as (
    select
        vendor_rows.line_key,
        vendor_rows.quantity,
        case
            when vendor_rows.resolution = 'not_seen' then 'not seen for ' || vendor_rows.inactive_days || ' days'
            when vendor_rows.resolution = 'excluded_by_rule'
                then coalesce(vendor_rows.reason, 'no reason given') || ' (' || vendor_rows.exclusion_rule_id || ')'
            when vendor_rows.disposition = 'duplicate' then 'duplicate'
            else coalesce(vendor_rows.reason, 'excluded')
        end as deduction
    from vendor_rows
    inner join lines on vendor_rows.line_key = lines.line_key
    where
        lines.line_part = 'excluded'
        or (
            lines.line_part = 'main'
            and vendor_rows.side = lines.basis
            and vendor_rows.source_system = lines.needed_source
        )
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
    sum(quantity) as deducted_quantity,
    string_agg(
        ' - ' || {{ plain_number('quantity') }} || ' ' || deduction, ''
        order by quantity desc, deduction asc
    ) as deductions_text,
    string_agg(deduction, ', ' order by deduction) as reasons_text
from grouped
group by line_key
