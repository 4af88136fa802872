{{ config(schema='compare', materialized='view', contract={'enforced': false}) }}

with clients as (
    select * from {{ ref('client_summary') }}
),

products as (
    select * from {{ ref('product_summary') }}
),

totals as (
    select * from {{ ref('period_summary') }}
    where line_count > 0
),

parts as (
    select
        'clients' as parts,
        currency,
        underbilled_amount,
        overbilled_amount,
        billed_quantity,
        line_count
    from clients

    union all

    select
        'products' as parts,
        currency,
        underbilled_amount,
        overbilled_amount,
        billed_quantity,
        line_count
    from products
),

-- Parts of which nothing is left are a sum of nothing, beside totals that say something.
sums as (
    select
        coalesce(kinds.parts, parts.parts) as parts,
        coalesce(parts.currency, totals.currency) as currency,
        coalesce(sum(parts.underbilled_amount), 0) as underbilled_amount,
        coalesce(sum(parts.overbilled_amount), 0) as overbilled_amount,
        coalesce(sum(parts.billed_quantity), 0) as billed_quantity,
        coalesce(sum(parts.line_count), 0) as line_count
    from totals
    cross join (values ('clients'), ('products')) as kinds (parts)
    full join parts
        on
            kinds.parts = parts.parts
            and totals.currency is not distinct from parts.currency
    group by all
),

-- The list that people work through is the lines that need a person, all of them and with their own money.
listed as (
    select
        currency,
        count(*) as line_count,
        sum(revenue_impact) as revenue_impact,
        sum(variance) as variance
    from {{ ref('discrepancies') }}
    group by currency
),

due as (
    select
        currency,
        count(*) as line_count,
        sum(revenue_impact) as revenue_impact,
        sum(variance) as variance
    from {{ ref('reconciliation') }}
    where class not in ('excluded', 'covered_by_bundle', 'timing', 'matched', 'matched_minimum', 'matched_tolerance')
    group by currency
),

-- An invoice shows the charges in its own currency, all of them.
invoices as (
    select * from {{ ref('public_vendor_invoices') }}
),

invoiced as (
    select
        currency,
        sum(line_total) as line_total
    from invoices
    group by currency
),

charged as (
    select
        charges.billing_currency as currency,
        sum(charges.billed_cost) as line_total
    from {{ ref('vendor_charges') }} as charges
    semi join invoices
        on
            charges.source_system = invoices.source_system
            and charges.invoice_id = invoices.invoice_id
            and charges.billing_currency = invoices.currency
    group by charges.billing_currency
),

compared_measures as (
    select unnest(['line_count', 'variance', 'revenue_impact']) as name
),

controls as (
    select
        coalesce(listed.currency, due.currency) as currency,
        'discrepancies ' || measure.name as subject,
        coalesce(case measure.name
            when 'line_count' then listed.line_count
            when 'variance' then listed.variance
            else listed.revenue_impact
        end, 0) as left_total,
        coalesce(case measure.name
            when 'line_count' then due.line_count
            when 'variance' then due.variance
            else due.revenue_impact
        end, 0) as right_total
    from listed
    full join due on listed.currency is not distinct from due.currency
    cross join compared_measures as measure

    union all

    select
        sums.currency,
        sums.parts || ' underbilled_amount' as subject,
        sums.underbilled_amount as left_total,
        totals.underbilled_amount as right_total
    from sums
    left join totals on sums.currency = totals.currency

    union all

    select
        sums.currency,
        sums.parts || ' overbilled_amount' as subject,
        sums.overbilled_amount as left_total,
        totals.overbilled_amount as right_total
    from sums
    left join totals on sums.currency = totals.currency

    union all

    select
        sums.currency,
        sums.parts || ' billed_quantity' as subject,
        sums.billed_quantity as left_total,
        totals.billed_quantity as right_total
    from sums
    left join totals on sums.currency = totals.currency

    union all

    select
        sums.currency,
        sums.parts || ' line_count' as subject,
        sums.line_count as left_total,
        totals.line_count as right_total
    from sums
    left join totals on sums.currency = totals.currency

    union all

    select
        invoiced.currency,
        'vendor_invoices line_total' as subject,
        invoiced.line_total as left_total,
        charged.line_total as right_total
    from invoiced
    left join charged on invoiced.currency = charged.currency
)

select
    'cross_footing' as rule,
    null as source_system,
    currency,
    subject,
    left_total,
    coalesce(right_total, 0) as right_total,
    'sum over the parts, and the grand total' as note,
    left_total = coalesce(right_total, 0) as passed
from controls
