with billing_lines as (
    select * from {{ ref('billing_lines') }}
),

counting_rules as (
    select * from {{ ref('counting_rules') }}
),

bundle_roles as (
    select * from {{ ref('bundle_roles') }}
    where role = 'component'
),

scopes as (
    select * from {{ ref('line_scopes') }}
),

-- A row stands in the line of its own agreement and currency; what is over stands where the rest does.
scoped as (
    select
        billing_lines.source_system,
        billing_lines.source_table,
        billing_lines.source_record_id,
        arg_min(
            scopes.line_key,
            case
                when scopes.agreement_id = billing_lines.agreement_id and scopes.other_currency = billing_lines.currency
                    then 1
                when scopes.agreement_id = billing_lines.agreement_id and scopes.other_currency is null then 2
                when scopes.agreement_id is null and scopes.other_currency = billing_lines.currency then 3
                when scopes.agreement_id is null and scopes.other_currency is null then 4
                when scopes.place = 1 then 5
            end
        ) as line_key
    from billing_lines
    inner join scopes
        on
            billing_lines.client_id = scopes.client_id
            and billing_lines.product_id = scopes.product_id
    group by billing_lines.source_system, billing_lines.source_table, billing_lines.source_record_id
),

-- A component priced at 0 is a part of the bundle's own line, which the PSA only spells out: no line that bills.
placed as (
    select
        billing_lines.* exclude (is_live, starts_later),
        coalesce(bundle_roles.product_id is not null and billing_lines.unit_price = 0, false) as is_bundle_child,
        bundle_roles.bundles_text,
        billing_lines.is_live and not is_bundle_child as is_live,
        billing_lines.starts_later and not is_bundle_child as starts_later,
        counting_rules.rule_id as counting_rule_id,
        counting_rules.product_id is not null as has_counting_rule,
        billing_lines.is_live and billing_lines.bill_mode = 'billable' and not is_bundle_child as is_billed,
        case
            when is_bundle_child then bundle_roles.covered_line_key
            else coalesce(scoped.line_key, billing_lines.client_id || '|' || billing_lines.product_id || '|*')
        end as line_key
    from billing_lines
    left join counting_rules on billing_lines.product_id = counting_rules.product_id
    left join bundle_roles
        on
            billing_lines.client_id = bundle_roles.client_id
            and billing_lines.product_id = bundle_roles.product_id
    left join scoped
        on
            billing_lines.source_system = scoped.source_system
            and billing_lines.source_table = scoped.source_table
            and billing_lines.source_record_id = scoped.source_record_id
)

select
    * exclude (bundles_text, not_live_reason, has_counting_rule),
    -- A row that cannot be read stands for a line too: what it bills is unknown, not nothing.
    is_live or (fault is not null and not is_bundle_child) as makes_line,
    case
        when not is_billed then 'information_only'
        when not has_counting_rule then 'unmapped'
        else 'counted'
    end as disposition,
    case
        when not_live_reason is not null then not_live_reason
        when is_bundle_child then 'component of ' || bundles_text || ', priced at 0'
        when bill_mode = 'no_charge' then 'no charge: the line bills nothing'
        when bill_mode = 'do_not_bill' then 'do not bill: the line bills nothing'
        when not has_counting_rule then 'product has no counting rule'
    end as reason
from placed
