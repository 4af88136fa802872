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

product_groups as (
    select product_groups.*
    from {{ ref('stg_rules__product_groups') }} as product_groups
    cross join run
    where {{ in_force('product_groups.valid_from', 'product_groups.valid_to', 'run.cutoff_date') }}
),

-- A rule about a group is one about each of its products.
rules_of_products as (
    select
        rules.* replace (coalesce(product_groups.product_id, rules.product_id) as product_id),
        product_groups.product_id is not null as is_of_group
    from rules
    cross join run
    left join product_groups on rules.product_id = product_groups.product_group
    where
        {{ in_force('rules.valid_from', 'rules.valid_to', 'run.cutoff_date') }}
        and (product_groups.product_id is not null or not starts_with(rules.product_id, 'group:'))
),

-- Few clients have rules of their own: these have all of theirs here, all others go by '*'.
ruled_clients as (
    select '*' as client_id

    union

    select client_id from rules_of_products
),

-- The narrowest rule holds as a whole: the client's own before that for all, the product before its group.
rules_in_force as (
    select
        ruled_clients.client_id,
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
    from rules_of_products as rules
    inner join ruled_clients on rules.client_id in (ruled_clients.client_id, '*')
    qualify
        row_number() over (
            partition by ruled_clients.client_id, rules.product_id
            order by rules.client_id = '*' asc, rules.is_of_group asc, rules.valid_from desc, rules.rule_id asc
        ) = 1
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
        ruled_clients.client_id,
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
    cross join ruled_clients
    left join rules_in_force
        on
            stated_sides.product_id = rules_in_force.product_id
            and ruled_clients.client_id = rules_in_force.client_id
    where rules_in_force.product_id is null
),

counting_rules as (
    select * from rules_in_force
    union all by name
    select * from audit_rules
)

select * from counting_rules
