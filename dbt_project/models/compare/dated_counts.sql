with vendor_quantities as (
    select * from {{ ref('vendor_quantities') }}
    where is_dated_count
),

client_mappings as (
    select * from {{ ref('client_mappings') }}
    where method != 'split'
),

product_mappings as (
    select * from {{ ref('product_mappings') }}
),

counting_rules as (
    select * from {{ ref('counting_rules') }}
),

exclusions as (
    select * from {{ ref('vendor_rows_excluded') }}
),

run as (
    select * from {{ ref('current_run') }}
)

-- Of every day of the period so far, as the rule's own source counted it, without what a rule takes out.
select
    client_mappings.client_id || '|' || product_mappings.product_id || '|*' as line_key,
    client_mappings.client_id,
    vendor_quantities.source_system,
    vendor_quantities.side,
    vendor_quantities.account_id,
    vendor_quantities.counted_on,
    sum(vendor_quantities.quantity) as quantity
from vendor_quantities
cross join run
inner join client_mappings
    on
        vendor_quantities.source_system = client_mappings.source_system
        and vendor_quantities.account_id = client_mappings.account_id
inner join product_mappings
    on
        vendor_quantities.source_system = product_mappings.source_system
        and vendor_quantities.vendor_product_id = product_mappings.vendor_product_id
inner join counting_rules
    on
        product_mappings.product_id = counting_rules.product_id
        and vendor_quantities.source_system
        = {{ of_side('vendor_quantities.side', 'counting_rules.{}_source') }}
left join exclusions
    on
        vendor_quantities.source_system = exclusions.source_system
        and vendor_quantities.source_table = exclusions.source_table
        and vendor_quantities.source_record_id = exclusions.source_record_id
where
    exclusions.rule_id is null
    and vendor_quantities.counted_on between run.period and run.cutoff_date
group by all
