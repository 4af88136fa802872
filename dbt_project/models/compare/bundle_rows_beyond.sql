with coverage as (
    select * from {{ ref('bundle_coverage') }}
    where has_main_line and entitlement is not null
),

vendor_rows as (
    select * from {{ ref('vendor_rows_resolved') }}
    where line_part = 'bundle' and resolution = 'counted'
),

-- The entitlement is filled row by row, in the order of the ids: any order would do, as long as it is always the same.
filled as (
    select
        vendor_rows.source_system,
        vendor_rows.source_table,
        vendor_rows.source_record_id,
        vendor_rows.quantity,
        coverage.main_line_key,
        coverage.entitlement - coalesce(
            sum(vendor_rows.quantity) over (
                partition by coverage.line_key, vendor_rows.side
                order by vendor_rows.source_system, vendor_rows.source_table, vendor_rows.source_record_id
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as room
    from coverage
    inner join vendor_rows on coverage.line_key = vendor_rows.line_key
)

select
    source_system,
    source_table,
    source_record_id,
    main_line_key,
    quantity - least(quantity, greatest(0, room)) as beyond_quantity
from filled
where quantity > greatest(0, room)
