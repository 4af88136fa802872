-- Read anew by each part: two of them find nothing unless there are bundles, and a copy of all rows would be dear.
with source_rows as not materialized (
    select * from {{ ref('row_dispositions') }}
    where line_key is not null
),

beyond as (
    select * from {{ ref('bundle_rows_beyond') }}
),

drivers as (
    select * from {{ ref('bundle_drivers') }}
),

-- What each line has of rows that are shared out among the lines of a product.
shares as (
    select
        source_system,
        source_table,
        source_record_id,
        line_key,
        quantity
    from {{ ref('vendor_rows_resolved') }}
    where is_shared_out
),

evidence as (
    -- Under the part that a bundle covers, each row with what is covered of it.
    select
        source_rows.* exclude (quantity),
        case
            when beyond.beyond_quantity is null then source_rows.quantity
            else {{ as_quantity('source_rows.quantity - beyond.beyond_quantity') }}
        end as quantity
    from source_rows
    left join beyond
        on
            source_rows.source_system = beyond.source_system
            and source_rows.source_table = beyond.source_table
            and source_rows.source_record_id = beyond.source_record_id
    anti join shares
        on
            source_rows.source_system = shares.source_system
            and source_rows.source_table = shares.source_table
            and source_rows.source_record_id = shares.source_record_id
    where beyond.beyond_quantity is null or beyond.beyond_quantity != source_rows.quantity

    union all by name

    -- Under the component's own line, what is beyond the bundles.
    select
        source_rows.* exclude (quantity, line_key),
        {{ as_quantity('beyond.beyond_quantity') }} as quantity,
        beyond.main_line_key as line_key
    from source_rows
    inner join beyond
        on
            source_rows.source_system = beyond.source_system
            and source_rows.source_table = beyond.source_table
            and source_rows.source_record_id = beyond.source_record_id

    union all by name

    select source_rows.* replace (shares.quantity as quantity, shares.line_key as line_key)
    from source_rows
    inner join shares
        on
            source_rows.source_system = shares.source_system
            and source_rows.source_table = shares.source_table
            and source_rows.source_record_id = shares.source_record_id

    union all by name

    -- The driver's rows price the bundle: they stand under its line as well, but for those that are sold beside it.
    select
        source_rows.* exclude (quantity, line_key),
        case
            when drivers.shared_text is null or beyond.beyond_quantity is null then source_rows.quantity
            else {{ as_quantity('source_rows.quantity - beyond.beyond_quantity') }}
        end as quantity,
        drivers.bundle_line_key as line_key
    from source_rows
    inner join drivers
        on
            source_rows.line_key = drivers.driver_line_key
            and source_rows.source_system
            = {{ of_side('source_rows.side', 'drivers.{}_source') }}
    left join beyond
        on
            source_rows.source_system = beyond.source_system
            and source_rows.source_table = beyond.source_table
            and source_rows.source_record_id = beyond.source_record_id
    where
        drivers.shared_text is null
        or beyond.beyond_quantity is null
        or beyond.beyond_quantity != source_rows.quantity
)

select
    period,
    line_key,
    side,
    source_system,
    source_table,
    source_record_id,
    quantity,
    disposition,
    reason,
    mapping_id,
    product_mapping_id,
    rule_id,
    holder_name
from evidence
