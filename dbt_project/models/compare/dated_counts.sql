with vendor_quantities as (
    select * from {{ ref('vendor_quantities') }}
    where is_dated_count
),

dated_accounts as (
    select * from {{ ref('dated_accounts') }}
),

rules as (
    select * from {{ ref('stg_rules__product_map') }}
),

items as (
    select * from {{ ref('stg_rules__item_map') }}
),

products as (
    select * from {{ ref('products') }}
),

other_mappings as (
    select * from {{ ref('product_mappings') }}
    where rule_id is null
),

counting_rules as (
    select * from {{ ref('counting_rules') }}
),

exclusions as (
    select * from {{ ref('stg_rules__exclusions') }}
),

-- As with clients: the rule of the counted day, else what ids or names say.
product_mappings as (
    select
        rules.source_system,
        rules.vendor_product_id,
        rules.product_id,
        rules.valid_from,
        rules.valid_to,
        1 as place
    from rules
    inner join products on rules.product_id = products.product_id

    union all

    select
        source_system,
        vendor_product_id,
        product_id,
        cast(null as date) as valid_from,
        cast(null as date) as valid_to,
        2 as place
    from other_mappings
),

vendor_rows as (
    select
        vendor_quantities.source_system,
        vendor_quantities.source_table,
        vendor_quantities.source_record_id,
        vendor_quantities.side,
        vendor_quantities.account_id,
        vendor_quantities.vendor_product_id,
        vendor_quantities.counted_on,
        vendor_quantities.quantity,
        dated_accounts.client_id,
        coalesce(items.product_id, product_mappings.product_id) as product_id
    from vendor_quantities
    inner join dated_accounts
        on
            vendor_quantities.source_system = dated_accounts.source_system
            and vendor_quantities.side = dated_accounts.side
            and vendor_quantities.account_id = dated_accounts.account_id
            and vendor_quantities.counted_on = dated_accounts.counted_on
    inner join product_mappings
        on
            vendor_quantities.source_system = product_mappings.source_system
            and vendor_quantities.vendor_product_id = product_mappings.vendor_product_id
            and {{
                in_force('product_mappings.valid_from', 'product_mappings.valid_to', 'vendor_quantities.counted_on')
            }}
    left join items
        on
            product_mappings.product_id = items.item_id
            and {{ in_force('items.valid_from', 'items.valid_to', 'vendor_quantities.counted_on') }}
    qualify
        row_number() over (
            partition by
                vendor_quantities.source_system, vendor_quantities.source_table, vendor_quantities.source_record_id
            order by product_mappings.place asc, product_mappings.valid_from desc, product_mappings.product_id asc
        ) = 1
),

-- An exclusion takes out the days on which it holds: a trial counts from the day on which it ends.
excluded as (
    {% set of_that_day = in_force('exclusions.valid_from', 'exclusions.valid_to', 'vendor_rows.counted_on') %}
    {{ excluded_where("vendor_rows.source_record_id = exclusions.source_record_id and " ~ of_that_day) }}
    union
    {{
        excluded_where(
            "vendor_rows.client_id = exclusions.client_id and exclusions.source_record_id = '*' and " ~ of_that_day
        )
    }}
    union
    {{
        excluded_where(
            "vendor_rows.vendor_product_id = exclusions.vendor_product_id"
            ~ " and exclusions.source_record_id = '*' and exclusions.client_id = '*' and " ~ of_that_day
        )
    }}
    union
    {{
        excluded_where(
            "vendor_rows.source_system = exclusions.source_system"
            ~ " and exclusions.source_record_id = '*' and exclusions.client_id = '*'"
            ~ " and exclusions.vendor_product_id = '*' and " ~ of_that_day
        )
    }}
)

-- Of every day of the period so far, as the rule's own source counted it, without what a rule takes out.
select
    vendor_rows.client_id || '|' || vendor_rows.product_id || '|*' as line_key,
    vendor_rows.client_id,
    vendor_rows.source_system,
    vendor_rows.side,
    vendor_rows.account_id,
    vendor_rows.counted_on,
    sum(vendor_rows.quantity) as quantity
from vendor_rows
inner join counting_rules
    on
        vendor_rows.product_id = counting_rules.product_id
        and {{ counting_client('vendor_rows.client_id') }}
        and vendor_rows.source_system = {{ of_side('vendor_rows.side', 'counting_rules.{}_source') }}
anti join excluded
    on
        vendor_rows.source_system = excluded.source_system
        and vendor_rows.source_table = excluded.source_table
        and vendor_rows.source_record_id = excluded.source_record_id
group by all
