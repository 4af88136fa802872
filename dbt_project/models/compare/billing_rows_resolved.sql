with billing_lines as (
    select * from {{ ref('billing_lines') }}
),

counting_rules as (
    select * from {{ ref('counting_rules') }}
),

placed as (
    select
        billing_lines.*,
        counting_rules.rule_id as counting_rule_id,
        counting_rules.product_id is not null as has_counting_rule,
        billing_lines.is_live and billing_lines.bill_mode = 'billable' as is_billed,
        billing_lines.client_id as client_key,
        billing_lines.product_id as product_key
    from billing_lines
    left join counting_rules on billing_lines.product_id = counting_rules.product_id
)

select
    *,
    client_key || '|' || product_key || '|*' as line_key,
    case
        when not is_billed then 'information_only'
        when not has_counting_rule then 'unmapped'
        else 'counted'
    end as disposition,
    case
        when not is_live then not_live_reason
        when bill_mode = 'no_charge' then 'no charge: the line bills nothing'
        when bill_mode = 'do_not_bill' then 'do not bill: the line bills nothing'
        when not has_counting_rule then 'product has no counting rule'
    end as reason
from placed
