with vendor_rows as (
    select * from {{ ref('vendor_rows_identified') }}
),

exclusions as (
    select * from {{ ref('exclusions_in_force') }}
),

-- From the narrowest way of naming rows on: the record, the user who holds it, a client, a product, a whole system.
matches as (
    {{ excluded_where("vendor_rows.source_record_id = exclusions.source_record_id") }}
    union all
    {{ excluded_where("vendor_rows.holder_name = lower(exclusions.source_record_id)") }}
    union all
    {{
        excluded_where(
            "vendor_rows.client_id = exclusions.client_id and exclusions.source_record_id = '*'"
        )
    }}
    union all
    {{
        excluded_where(
            "vendor_rows.vendor_product_id = exclusions.vendor_product_id"
            ~ " and exclusions.source_record_id = '*' and exclusions.client_id = '*'"
        )
    }}
    union all
    {{
        excluded_where(
            "vendor_rows.source_system = exclusions.source_system"
            ~ " and exclusions.source_record_id = '*' and exclusions.client_id = '*'"
            ~ " and exclusions.vendor_product_id = '*'"
        )
    }}
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
