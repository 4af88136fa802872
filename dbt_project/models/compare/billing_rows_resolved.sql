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
    left join counting_rules
        on
            billing_lines.product_id = counting_rules.product_id
            and {{ counting_client('billing_lines.client_id') }}
    left join bundle_roles
        on
            billing_lines.client_id = bundle_roles.client_id
            and billing_lines.product_id = bundle_roles.product_id
    left join scoped
        on
            billing_lines.source_system = scoped.source_system
            and billing_lines.source_table = scoped.source_table
            and billing_lines.source_record_id = scoped.source_record_id
),

-- A credit belongs to the line of its agreement with as many units, else to all lines of its agreement, else to all of
-- the product: nearest first.
credited as (
    select
        debits.source_system,
        debits.source_table,
        debits.source_record_id,
        debits.billed_quantity,
        credits.source_record_id as credit_id,
        {{ times('credits.priced_quantity', 'credits.unit_price') }} as amount
    from placed as credits
    inner join placed as debits
        on
            credits.line_key = debits.line_key
            and credits.currency = debits.currency
    where
        credits.is_credit
        and credits.is_billed
        and debits.is_billed
        and debits.billed_quantity > 0
        and debits.unit_price > 0
    qualify
        rank() over (
            partition by credits.source_system, credits.source_table, credits.source_record_id
            order by
                debits.agreement_id is not distinct from credits.agreement_id desc,
                debits.billed_quantity = credits.priced_quantity
                and debits.agreement_id is not distinct from credits.agreement_id desc
        ) = 1
),

-- What it is apart by the unit, so that several lines of one credit each keep their own price.
credits_by_row as (
    select
        source_system,
        source_table,
        source_record_id,
        sum(credit_by_unit) as credit_by_unit,
        string_agg(credit_id, ', ' order by length(credit_id), credit_id) as credit_ids
    from (
        select
            *,
            {{
                share_of(
                    'amount', '10000', 'cast(10000 * sum(billed_quantity) over (partition by credit_id) as hugeint)'
                )
            }} as credit_by_unit
        from credited
    )
    group by source_system, source_table, source_record_id
)

select
    placed.* exclude (placed.bundles_text, placed.not_live_reason, placed.has_counting_rule),
    -- What a unit comes to once its credits are taken off.
    cast(placed.unit_price + coalesce(credits_by_row.credit_by_unit, 0) as decimal(18, 6)) as net_price,
    credits_by_row.credit_ids,
    -- A row that cannot be read stands for a line too: what it bills is unknown, not nothing.
    placed.is_live or (placed.fault is not null and not placed.is_bundle_child) as makes_line,
    case
        when not placed.is_billed or placed.is_credit then 'information_only'
        when not placed.has_counting_rule then 'unmapped'
        else 'counted'
    end as disposition,
    case
        when placed.not_live_reason is not null then placed.not_live_reason
        when placed.is_bundle_child then 'component of ' || placed.bundles_text || ', priced at 0'
        when placed.bill_mode = 'no_charge' then 'no charge: the line bills nothing'
        when placed.bill_mode = 'do_not_bill' then 'do not bill: the line bills nothing'
        when placed.is_credit then 'credit: it bills no unit and lowers the price of those that are billed'
        when not placed.has_counting_rule then 'product has no counting rule'
    end as reason
from placed
left join credits_by_row
    on
        placed.source_system = credits_by_row.source_system
        and placed.source_table = credits_by_row.source_table
        and placed.source_record_id = credits_by_row.source_record_id
