with vendor_rows as (
    select * from {{ ref('vendor_rows_identified') }}
),

exclusions as (
    select * from {{ ref('exclusions_in_force') }}
),

-- A subscription is known by several ids, and by its SKU.
otherwise_named as (
    select
        *,
        unnest(other_ids) as other_id
    from vendor_rows
    where other_ids is not null
),

-- From the narrowest way of naming rows on: the record, the user who holds it, a client, a product, a whole system.
matches as (
    {{ excluded_where("vendor_rows.source_record_id = exclusions.source_record_id") }}
    union all
    {{ excluded_where("vendor_rows.holder_name = lower(exclusions.source_record_id)") }}
    union all
    {{ excluded_where("vendor_rows.other_id = exclusions.source_record_id", "otherwise_named") }}
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
    union all
    -- What the vendor itself calls a trial needs no rule; where another system tells the quantity, it says nothing.
    select
        source_system,
        source_table,
        source_record_id,
        source_system || ' isTrial' as rule_id,
        'trial' as reason
    from vendor_rows
    where is_trial and (not has_counting_rule or designated_source = source_system)
),

-- Where several rules match, the first line of the file is the one named.
ranked as (
    select
        *,
        row_number() over (
            partition by source_system, source_table, source_record_id
            order by rule_id like '% isTrial', length(rule_id), rule_id
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
