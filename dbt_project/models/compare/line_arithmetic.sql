{{ config(materialized='view') }}

with lines as (
    select * from {{ ref('lines') }}
),

classified as (
    select * from {{ ref('classified_lines') }}
),

deductions as (
    select * from {{ ref('line_deductions') }}
),

holders as (
    select * from {{ ref('line_holders') }}
),

without_charge as (
    select * from {{ ref('lines_without_charge') }}
),

coverage as (
    select * from {{ ref('bundle_coverage') }}
),

terms as (
    select
        line_key,
        fixed_quantity
    from {{ ref('line_terms') }}
),

tolerances as (
    select * from {{ ref('line_tolerances') }}
),

uncompared as (
    select * from {{ ref('uncompared_lines') }}
),

converted_costs as (
    select * from {{ ref('line_margins') }}
    where conversion_text is not null
),

-- What was taken out of other days than the last one stands in no row of the last day.
line_counts as (
    select * from {{ ref('line_counts') }}
),

-- Of a product whose seats are bought at several systems, the ones beside the first.
further_sources as (
    select
        line_key,
        ' and ' || array_to_string(further_owned_sources, ' and ') as further_text
    from lines
    where len(further_owned_sources) > 0
),

scopes as (
    select * from {{ ref('line_scopes') }}
    where scope_count > 1
),

agreements as (
    select * from {{ ref('agreements') }}
),

-- Who has how many of the units that a client's lines of one product share.
shared_units as (
    select
        scopes.client_id,
        scopes.product_id,
        ' (of ' || {{ plain_number('sum(classified.basis_quantity)') }} || ' in all: '
        || string_agg(
            {{ plain_number('classified.basis_quantity') }} || ' '
            || case
                when scopes.agreement_id is null then 'other agreements'
                else coalesce(agreements.agreement_name || ' (' || scopes.agreement_id || ')', scopes.agreement_id)
            end
            || coalesce(' in ' || scopes.other_currency, ''),
            ' + '
            order by scopes.place
        )
        || ')' as shared_text
    from scopes
    inner join classified on scopes.line_key = classified.line_key
    left join agreements on scopes.agreement_id = agreements.agreement_id
    where classified.basis_quantity is not null
    group by scopes.client_id, scopes.product_id
    having count(*) > 1
),

-- A plan beside a line of its driver's own product has a part of all units.
sold_beside as (
    select * from {{ ref('bundle_drivers') }}
    where shared_text is not null
),

sides as (
    select
        lines.line_key,
        lines.line_part,
        lines.client_key,
        lines.client_id,
        lines.product_key,
        lines.product_id,
        lines.basis,
        lines.needed_source,
        classified.class,
        classified.is_assessed,
        classified.billed_quantity,
        classified.expected_quantity,
        classified.included_quantity,
        classified.basis_quantity,
        classified.minimum_quantity,
        classified.reduced_quantity,
        classified.is_set_by_minimum,
        classified.variance,
        classified.unit_price,
        classified.revenue_impact,
        classified.unrounded_impact,
        classified.priced_text,
        classified.net_text,
        classified.currency,
        coverage.entitlement,
        coverage.needed_quantity,
        coverage.covered_quantity,
        coverage.quantity as component_quantity,
        coverage.bundles_text,
        tolerances.tolerance,
        tolerances.rule_id as tolerance_rule_id,
        classified.minimum_text,
        terms.fixed_quantity is null as is_fixed_as_billed,
        coalesce(line_counts.counted_text, '') as counted_text,
        case
            when line_counts.counted_quantity is null and sold_beside.bundle_line_key is null
                then coalesce(deductions.deductions_text, '')
            else ''
        end
            as deductions_text,
        coalesce(deductions.reasons_text, 'no reason given') as reasons_text,
        case
            when classified.billed_quantity > 0 then ' (and ' || without_charge.uncharged_text || ')'
            else ' (' || without_charge.uncharged_text || ')'
        end as uncharged_text,
        case
            when lines.basis = 'used' and holders.line_key is not null
                then
                    ' (' || holders.licence_count || ' licences of ' || holders.holder_count
                    || case when holders.holder_count = 1 then ' user)' else ' users)' end
            else ''
        end as holders_text,
        case
            when line_counts.counted_quantity is not null or sold_beside.bundle_line_key is not null
                then classified.basis_quantity
            else classified.basis_quantity + coalesce(deductions.deducted_quantity, 0)
        end as raw_quantity,
        case
            when lines.line_part = 'main' then coalesce(shared_units.shared_text, sold_beside.shared_text, '')
            else ''
        end as shared_text,
        case when lines.basis = 'owned' then coalesce(further_sources.further_text, '') else '' end as further_text,
        uncompared.sides_text,
        uncompared.cost_text,
        converted_costs.conversion_text
    from lines
    inner join classified on lines.line_key = classified.line_key
    left join uncompared on lines.line_key = uncompared.line_key
    left join converted_costs on lines.line_key = converted_costs.line_key
    left join holders on lines.line_key = holders.line_key
    left join deductions on lines.line_key = deductions.line_key
    left join without_charge on lines.line_key = without_charge.line_key
    left join coverage on lines.line_key = coverage.line_key
    left join terms on lines.line_key = terms.line_key
    left join tolerances on lines.line_key = tolerances.line_key
    left join line_counts on lines.line_key = line_counts.line_key
    left join sold_beside on lines.line_key = sold_beside.bundle_line_key
    left join further_sources on lines.line_key = further_sources.line_key
    left join shared_units
        on
            lines.client_id = shared_units.client_id
            and lines.product_id = shared_units.product_id
)

-- The pieces of the sentence, in the order of the arithmetic: census, included units, billed, money.
select
    line_key,
    line_part,
    client_key,
    client_id,
    product_key,
    product_id,
    needed_source,
    class,
    is_assessed,
    sides_text,
    reasons_text,
    cost_text,
    conversion_text,
    'Price ' || net_text || '.' as net_text,
    {{ plain_number('billed_quantity') }} || ' billed' || coalesce(uncharged_text, '') as billed_text,
    case
        when basis = 'fixed'
            then
                'fixed by the agreement' || case when is_fixed_as_billed then ' as billed' else '' end || ': '
                || {{ plain_number('reduced_quantity') }} || minimum_text || ' expected'
        else
            {{ plain_number('raw_quantity') }} || ' ' || basis || ' at ' || needed_source || further_text
            || counted_text
            || deductions_text
            || case
                when deductions_text = '' then ''
                else ' = ' || {{ plain_number('basis_quantity') }}
            end
            || shared_text
            || holders_text
            || '; ' || {{ plain_number('basis_quantity') }} || ' - ' || {{ plain_number('included_quantity') }}
            || ' included = ' || {{ plain_number('reduced_quantity') }} || minimum_text || ' expected'
            || case
                when basis_quantity < included_quantity then ' (never below 0)'
                else ''
            end
    end as expected_text,
    -- The count only where something was taken out of it: otherwise it would be said twice.
    case
        when class = 'covered_by_bundle'
            then
                case
                    when deductions_text = '' then ''
                    else
                        {{ plain_number('raw_quantity') }} || ' ' || basis || ' at ' || needed_source
                        || deductions_text || ' = ' || {{ plain_number('basis_quantity') }} || '; '
                end
                || {{ plain_number('covered_quantity') }} || ' ' || basis
                || case when covered_quantity < needed_quantity then ', ' else ' of ' end
                || {{ plain_number('entitlement') }} || ' covered by ' || bundles_text
                || case
                    when covered_quantity < needed_quantity
                        then ', ' || {{ plain_number('needed_quantity - covered_quantity') }} || ' missing'
                    else ''
                end
    end as coverage_text,
    case
        when variance = 0 then ''
        when not {{ is_currency('currency') }}
            then
                {{ plain_number('abs(variance)') }} || ' x a price in ' || currency
                || ', which is no currency = unknown amount'
        when unrounded_impact is null then priced_text || ' = unknown amount'
        else
            priced_text || ' = '
            || case
                when unrounded_impact = revenue_impact then ''
                else {{ plain_number('abs(unrounded_impact)') }} || ', rounded '
            end
            || {{ money_text('abs(revenue_impact)', 'currency') }} || ' ' || currency || ' a month'
    end as money_text,
    case
        when class = 'matched_tolerance'
            then
                {{ plain_number('abs(variance)') }} || ' apart, within the tolerance of '
                || {{ plain_number('tolerance') }} || coalesce(' (' || tolerance_rule_id || ')', '')
    end as tolerance_text
from sides
