with billing_rows as (
    select * from {{ ref('billing_rows_resolved') }}
    where is_live
),

vendor_rows as (
    select * from {{ ref('vendor_rows_resolved') }}
    where makes_line
),

counting_rules as (
    select * from {{ ref('counting_rules') }}
),

members as (
    select
        line_key,
        'main' as line_part,
        client_key,
        product_key,
        client_id,
        product_id,
        null as source_system,
        null as account_id,
        null as vendor_product_id
    from billing_rows

    union all

    select
        line_key,
        line_part,
        client_key,
        product_key,
        client_id,
        product_id,
        source_system,
        account_id,
        vendor_product_id
    from vendor_rows
),

-- The vendor's own names are kept only where they are the same for all rows of the line.
lines as (
    select
        line_key,
        line_part,
        min(client_key) as client_key,
        min(product_key) as product_key,
        min(client_id) as client_id,
        case when min(product_id) = max(product_id) then min(product_id) end as product_id,
        case when min(source_system) = max(source_system) then min(source_system) end as source_system,
        case when min(account_id) = max(account_id) then min(account_id) end as account_id,
        case when min(vendor_product_id) = max(vendor_product_id) then min(vendor_product_id) end as vendor_product_id
    from members
    group by line_key, line_part
),

ruled as (
    select
        lines.*,
        counting_rules.basis,
        counting_rules.rule_id as counting_rule_id,
        counting_rules.owned_source,
        counting_rules.used_source,
        counting_rules.charged_source,
        lines.line_part in ('main', 'excluded') and counting_rules.product_id is not null as is_ruled
    from lines
    left join counting_rules on lines.product_id = counting_rules.product_id
)

-- A line under a counting rule takes each side from the system that the rule names; any other vendor line shows what
-- its own system says, and nothing is concluded from it.
select
    line_key,
    line_part,
    client_key,
    product_key,
    client_id,
    product_id,
    source_system,
    account_id,
    vendor_product_id,
    basis,
    counting_rule_id,
    is_ruled,
    case when is_ruled then owned_source else source_system end as owned_source,
    case when is_ruled then used_source else source_system end as used_source,
    case when is_ruled then charged_source else source_system end as charged_source,
    case
        when not is_ruled then source_system
        when basis = 'owned' then owned_source
        when basis = 'used' then used_source
        when basis = 'charged' then charged_source
    end as needed_source
from ruled
