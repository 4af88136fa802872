{{ config(materialized='ephemeral') }}

-- The seats of a line that nobody holds: whoever a rule takes out of the count holds one all the same. What a rule
-- takes out on both sides is in neither number.
with vendor_rows as (
    select * from {{ ref('vendor_rows_resolved') }}
),

lines as (
    select * from {{ ref('lines') }}
    where line_part in ('main', 'bundle') and is_ruled
),

quantities as (
    select * from {{ ref('quantities_by_line') }}
),

rules_on_owned as (
    select distinct
        client_id,
        product_id,
        exclusion_rule_id
    from vendor_rows
    where side = 'owned' and resolution = 'excluded_by_rule'
),

held_beside as (
    select
        vendor_rows.line_key,
        sum(vendor_rows.quantity) as quantity
    from vendor_rows
    where
        vendor_rows.side = 'used'
        and vendor_rows.line_part in ('main', 'bundle')
        and vendor_rows.resolution in ('left_out', 'same_person', 'not_seen')
    group by vendor_rows.line_key
),

held_by_excluded as (
    select
        vendor_rows.client_id,
        vendor_rows.product_id,
        sum(vendor_rows.quantity) as quantity
    from vendor_rows
    left join rules_on_owned
        on
            vendor_rows.client_id = rules_on_owned.client_id
            and vendor_rows.product_id = rules_on_owned.product_id
            and vendor_rows.exclusion_rule_id = rules_on_owned.exclusion_rule_id
    where
        vendor_rows.side = 'used'
        and vendor_rows.resolution = 'excluded_by_rule'
        and vendor_rows.designated_source = vendor_rows.source_system
        and rules_on_owned.exclusion_rule_id is null
    group by vendor_rows.client_id, vendor_rows.product_id
),

accounts as (
    select distinct
        client_id,
        source_system
    from {{ ref('client_mappings') }}
)

-- O and U are zero also where the client has no account at their source: then nothing can be said beside them.
select
    lines.line_key,
    quantities.owned_quantity,
    case
        when used_accounts.client_id is not null
            then
                greatest(
                    0,
                    quantities.owned_quantity - quantities.used_quantity
                    - coalesce(held_beside.quantity, 0) - coalesce(held_by_excluded.quantity, 0)
                )
    end as unused_quantity
from lines
inner join quantities on lines.line_key = quantities.line_key
left join accounts as used_accounts
    on
        lines.client_id = used_accounts.client_id
        and lines.used_source = used_accounts.source_system
left join held_beside on lines.line_key = held_beside.line_key
left join held_by_excluded
    on
        lines.client_id = held_by_excluded.client_id
        and lines.product_id = held_by_excluded.product_id
