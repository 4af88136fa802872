with vendor_quantities as (
    select * from {{ ref('vendor_quantities') }}
),

client_mappings as (
    select * from {{ ref('client_mappings') }}
),

product_mappings as (
    select * from {{ ref('product_mappings') }}
),

counting_rules as (
    select * from {{ ref('counting_rules') }}
)

select
    vendor_rows.source_system,
    vendor_rows.source_table,
    vendor_rows.source_record_id,
    vendor_rows.side,
    vendor_rows.account_id,
    vendor_rows.vendor_product_id,
    client_mappings.client_id,
    client_mappings.mapping_id as client_mapping_id,
    client_mappings.method as client_mapping_method,
    product_mappings.product_id,
    product_mappings.mapping_id as product_mapping_id,
    product_mappings.method as product_mapping_method,
    counting_rules.rule_id as counting_rule_id,
    counting_rules.inactive_days,
    vendor_rows.quantity,
    vendor_rows.is_countable,
    vendor_rows.not_countable_reason,
    vendor_rows.not_countable_disposition,
    vendor_rows.last_seen_at,
    vendor_rows.monthly_unit_cost,
    vendor_rows.currency,
    vendor_rows.priced_from,
    vendor_rows.committed_until,
    -- A row without account or product still gets a name to be listed under.
    vendor_rows.source_system || ':' || coalesce(vendor_rows.account_id, 'no account') as account_key,
    vendor_rows.source_system || ':' || coalesce(vendor_rows.vendor_product_id, 'no product') as vendor_product_key,
    counting_rules.product_id is not null as has_counting_rule,
    case vendor_rows.side
        when 'owned' then counting_rules.owned_source
        when 'used' then counting_rules.used_source
        when 'charged' then counting_rules.charged_source
    end as designated_source
from vendor_quantities as vendor_rows
left join client_mappings
    on
        vendor_rows.source_system = client_mappings.source_system
        and vendor_rows.account_id = client_mappings.account_id
left join product_mappings
    on
        vendor_rows.source_system = product_mappings.source_system
        and vendor_rows.vendor_product_id = product_mappings.vendor_product_id
left join counting_rules
    on product_mappings.product_id = counting_rules.product_id
