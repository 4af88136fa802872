with rules as (
    select * from {{ ref('stg_rules__counting') }}
),

product_mappings as (
    select * from {{ ref('product_mappings') }}
),

vendor_quantities as (
    select * from {{ ref('vendor_quantities') }}
),

run as (
    select * from {{ ref('current_run') }}
),

rules_in_force as (
    select
        rules.product_id,
        rules.basis,
        trim(split_part(rules.owned_source, '+', 1)) as owned_source,
        -- Further systems at which seats of the product are bought, added up with the first.
        list_transform(split(rules.owned_source, '+')[2:], one -> trim(one)) as further_owned_sources,
        rules.used_source,
        rules.charged_source,
        rules.inactive_days,
        rules.counted_when,
        rules.count_day,
        rules.vendor_counted_when,
        rules.vendor_count_day,
        rules.counts_disabled,
        rules.counts_guests,
        rules.counts_special,
        rules.counts_people,
        rules.owner,
        rules.reason,
        rules.rule_id
    from rules
    cross join run
    where {{ in_force('rules.valid_from', 'rules.valid_to', 'run.cutoff_date') }}
    qualify row_number() over (partition by rules.product_id order by rules.valid_from desc, rules.rule_id asc) = 1
),

stated_sides as (
    select
        product_mappings.product_id,
        min(vendor_quantities.source_system) filter (where vendor_quantities.side = 'owned') as owned_source,
        min(vendor_quantities.source_system) filter (where vendor_quantities.side = 'used') as used_source,
        min(vendor_quantities.source_system) filter (where vendor_quantities.side = 'charged') as charged_source
    from product_mappings
    inner join vendor_quantities
        on
            product_mappings.source_system = vendor_quantities.source_system
            and product_mappings.vendor_product_id = vendor_quantities.vendor_product_id
            and vendor_quantities.is_countable
    group by product_mappings.product_id
),

-- An audit of two exports has no rules: a product counts by the side that the export states.
audit_rules as (
    select
        stated_sides.product_id,
        case
            when stated_sides.owned_source is not null then 'owned'
            when stated_sides.used_source is not null then 'used'
            else 'charged'
        end as basis,
        stated_sides.owned_source,
        cast([] as varchar[]) as further_owned_sources,
        stated_sides.used_source,
        stated_sides.charged_source,
        cast(null as integer) as inactive_days,
        'last_day' as counted_when,
        cast(null as integer) as count_day,
        cast(null as varchar) as vendor_counted_when,
        cast(null as integer) as vendor_count_day,
        true as counts_disabled,
        true as counts_guests,
        true as counts_special,
        false as counts_people,
        cast(null as varchar) as owner,
        'counted by the side that the export states' as reason,
        cast(null as varchar) as rule_id
    from stated_sides
    inner join run on run.accept_name_score is not null
    left join rules_in_force on stated_sides.product_id = rules_in_force.product_id
    where rules_in_force.product_id is null
),

counting_rules as (
    select * from rules_in_force
    union all by name
    select * from audit_rules
)

select * from counting_rules
