with item_versions as (
    select * from {{ ref('stg_pax8__invoice_item_versions') }}
),

count_versions as (
    select * from {{ ref('stg_exports__dated_count_versions') }}
),

standing_counts as (
    select
        source_system,
        account_id,
        vendor_product_id,
        side,
        counted_on,
        sum(quantity) as quantity
    from {{ ref('quantities_exports') }}
    where is_dated_count
    group by source_system, account_id, vendor_product_id, side, counted_on
),

run as (
    select * from {{ ref('stg_control__run') }}
),

restated_items as (
    select
        'pax8' as source_system,
        'charged' as side,
        any_value(account_id) as account_id,
        any_value(vendor_product_id) as vendor_product_id,
        'invoice item ' || invoice_item_id as document,
        arg_min(quantity, read_at) as quantity_before,
        arg_max(quantity, read_at) as quantity,
        cast(max(read_at) at time zone 'UTC' as date) as restated_on
    from item_versions
    group by invoice_item_id
    having count(distinct quantity) > 1
),

-- One file holds a count once, however often the file was read.
counts_by_file as (
    select
        source_name,
        account_id,
        vendor_product_id,
        side,
        counted_on,
        file_hash,
        any_value(file_name) as file_name,
        min(read_at) as read_at,
        sum(quantity) / count(distinct load_id) as quantity
    from count_versions
    group by source_name, account_id, vendor_product_id, side, counted_on, file_hash
),

restated_counts as (
    select
        standing.source_system,
        standing.side,
        standing.account_id,
        standing.vendor_product_id,
        'count of ' || strftime(standing.counted_on, '%Y-%m-%d') as document,
        arg_max(before.quantity, (before.read_at, before.file_name)) as quantity_before,
        any_value(standing.quantity) as quantity,
        standing.counted_on as restated_on
    from standing_counts as standing
    cross join run
    inner join counts_by_file as before
        on
            standing.source_system = before.source_name
            and standing.account_id = before.account_id
            and standing.vendor_product_id = before.vendor_product_id
            and standing.side = before.side
            and standing.counted_on = before.counted_on
    where
        standing.quantity != before.quantity
        and standing.counted_on between run.period and run.cutoff_date
    group by
        standing.source_system, standing.side, standing.account_id, standing.vendor_product_id, standing.counted_on
),

restated_quantities as (
    select * from restated_items
    union all
    select * from restated_counts
)

select
    source_system,
    side,
    account_id,
    vendor_product_id,
    document,
    cast(quantity_before as decimal(18, 4)) as quantity_before,
    cast(quantity as decimal(18, 4)) as quantity,
    restated_on
from restated_quantities
