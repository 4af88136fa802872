with lines as (
    select * from {{ ref('lines') }}
    where charged_source is not null
),

vendor_rows as (
    select * from {{ ref('vendor_rows_resolved') }}
    where side in ('owned', 'charged')
),

drivers as (
    select * from {{ ref('bundle_drivers') }}
),

run as (
    select * from {{ ref('current_run') }}
),

by_product as (
    select
        client_id,
        product_id,
        source_system,
        resolution = 'excluded_by_rule' as is_excluded,
        min(source_record_id) filter (where awaits_charge and resolution != 'not_countable') as waiting_record_id
    from vendor_rows
    where
        client_id is not null
        and product_id is not null
        and (
            side = 'owned'
            or is_faulty
            or resolution in ('counted', 'excluded_by_rule', 'other_source')
            or reason = 'taken back to the last unit'
        )
    group by client_id, product_id, source_system, resolution = 'excluded_by_rule'
),

-- Where a client has nothing of a product, a charge of others that began within the last month shows that this month's
-- invoice of it is there. A file states no charge periods: it is there as a whole.
arrived as (
    select
        vendor_rows.source_system,
        case when vendor_rows.priced_from is not null then vendor_rows.product_id end as product_id
    from vendor_rows
    cross join run
    where
        vendor_rows.side = 'charged'
        and vendor_rows.resolution != 'not_countable'
        and coalesce(vendor_rows.priced_from > run.cutoff_date - 31, true)
    group by all
),

questions as (
    select
        lines.line_key,
        lines.client_id,
        lines.charged_source,
        lines.line_part = 'excluded' as is_excluded,
        coalesce(drivers.driver_product_id, lines.product_id) as product_id
    from lines
    left join drivers on lines.line_key = drivers.bundle_line_key
)

-- A count of what is charged is complete where an invoice covers every subscription; others prove nothing about it.
select
    questions.line_key,
    by_product.waiting_record_id,
    by_product.waiting_record_id is null
    and (by_product.client_id is not null or by_item.product_id is not null or by_file.source_system is not null)
        as is_known
from questions
left join by_product
    on
        questions.client_id = by_product.client_id
        and questions.product_id = by_product.product_id
        and questions.charged_source = by_product.source_system
        and questions.is_excluded = by_product.is_excluded
left join arrived as by_item
    on
        questions.product_id = by_item.product_id
        and questions.charged_source = by_item.source_system
left join arrived as by_file
    on
        questions.charged_source = by_file.source_system
        and by_file.product_id is null
