with vendor_rows as (
    select * from {{ ref('vendor_rows_identified') }}
),

exclusions as (
    select * from {{ ref('exclusions_in_force') }}
),

-- One join for each way of naming rows, from the narrowest on, so that every join has an equality to go by: compared
-- with every row, a list of a thousand excluded users would take as long as a thousand runs.
matches as (
    select
        vendor_rows.source_system,
        vendor_rows.source_table,
        vendor_rows.source_record_id,
        exclusions.rule_id,
        exclusions.reason
    from vendor_rows
    inner join exclusions
        on
            vendor_rows.source_record_id = exclusions.source_record_id
            and exclusions.client_id in (vendor_rows.client_id, '*')
            and exclusions.source_system in (vendor_rows.source_system, '*')
            and exclusions.vendor_product_id in (vendor_rows.vendor_product_id, '*')

    union all

    -- A licence is named by the sign-in name of the user who holds it, too.
    select
        vendor_rows.source_system,
        vendor_rows.source_table,
        vendor_rows.source_record_id,
        exclusions.rule_id,
        exclusions.reason
    from vendor_rows
    inner join exclusions
        on
            vendor_rows.holder_name = lower(exclusions.source_record_id)
            and exclusions.client_id in (vendor_rows.client_id, '*')
            and exclusions.source_system in (vendor_rows.source_system, '*')
            and exclusions.vendor_product_id in (vendor_rows.vendor_product_id, '*')

    union all

    select
        vendor_rows.source_system,
        vendor_rows.source_table,
        vendor_rows.source_record_id,
        exclusions.rule_id,
        exclusions.reason
    from vendor_rows
    inner join exclusions
        on
            exclusions.source_record_id = '*'
            and vendor_rows.client_id = exclusions.client_id
            and exclusions.source_system in (vendor_rows.source_system, '*')
            and exclusions.vendor_product_id in (vendor_rows.vendor_product_id, '*')

    union all

    select
        vendor_rows.source_system,
        vendor_rows.source_table,
        vendor_rows.source_record_id,
        exclusions.rule_id,
        exclusions.reason
    from vendor_rows
    inner join exclusions
        on
            exclusions.source_record_id = '*'
            and exclusions.client_id = '*'
            and vendor_rows.vendor_product_id = exclusions.vendor_product_id
            and exclusions.source_system in (vendor_rows.source_system, '*')

    union all

    select
        vendor_rows.source_system,
        vendor_rows.source_table,
        vendor_rows.source_record_id,
        exclusions.rule_id,
        exclusions.reason
    from vendor_rows
    inner join exclusions
        on
            exclusions.source_record_id = '*'
            and exclusions.client_id = '*'
            and exclusions.vendor_product_id = '*'
            and vendor_rows.source_system = exclusions.source_system
),

-- Where several rules match, the first line of the file is the one named.
ranked as (
    select
        *,
        row_number() over (
            partition by source_system, source_table, source_record_id
            order by length(rule_id), rule_id
        ) as preference
    from matches
)

select
    source_system,
    source_table,
    source_record_id,
    rule_id,
    reason
from ranked
where preference = 1
