with vendor_rows as (
    select * from {{ ref('vendor_rows_identified') }}
),

exclusions as (
    select * from {{ ref('exclusions_in_force') }}
),

-- Two joins, because equality on the client keeps the many rules of single clients fast; few rules hold for any client.
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
            vendor_rows.client_id = exclusions.client_id
            and exclusions.source_system in (vendor_rows.source_system, '*')
            and exclusions.vendor_product_id in (vendor_rows.vendor_product_id, '*')
            and exclusions.source_record_id in (vendor_rows.source_record_id, '*')

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
            exclusions.client_id = '*'
            and exclusions.source_system in (vendor_rows.source_system, '*')
            and exclusions.vendor_product_id in (vendor_rows.vendor_product_id, '*')
            and exclusions.source_record_id in (vendor_rows.source_record_id, '*')
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
