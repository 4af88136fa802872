with vendor_rows as (
    select * from {{ ref('vendor_rows_identified') }}
    where
        counts_people
        and holder_id is not null
        and client_id is not null
        and is_countable
        and left_out_reason is null
        and designated_source = source_system
),

exclusions as (
    select * from {{ ref('vendor_rows_excluded') }}
),

-- A person is counted once for each client and product, by the first licence.
ranked as (
    select
        vendor_rows.source_system,
        vendor_rows.source_table,
        vendor_rows.source_record_id,
        first_value(vendor_rows.source_record_id) over same_person as counted_record_id
    from vendor_rows
    left join exclusions
        on
            vendor_rows.source_system = exclusions.source_system
            and vendor_rows.source_table = exclusions.source_table
            and vendor_rows.source_record_id = exclusions.source_record_id
    where exclusions.rule_id is null
    window
        same_person as (
            partition by
                vendor_rows.client_id, vendor_rows.product_id, vendor_rows.side, vendor_rows.account_id,
                vendor_rows.holder_id
            order by vendor_rows.source_record_id
        )
)

select
    source_system,
    source_table,
    source_record_id,
    counted_record_id
from ranked
where source_record_id != counted_record_id
