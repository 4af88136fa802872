with lines as (
    select * from {{ ref('lines') }}
),

classified as (
    select * from {{ ref('classified_lines') }}
),

arithmetic as (
    select * from {{ ref('line_arithmetic') }}
),

line_names as (
    select * from {{ ref('line_names') }}
),

assessable as (
    select * from {{ ref('lines_assessable') }}
),

without_account as (
    select * from {{ ref('lines_without_account') }}
),

advice as (
    select * from {{ ref('mapping_advice') }}
),

unmapped_units as (
    select * from {{ ref('unmapped_units') }}
),

timing as (
    select * from {{ ref('line_timing') }}
),

split_shares as (
    select * from {{ ref('split_shares') }}
),

unallocated as (
    select * from {{ ref('unallocated_by_product') }}
),

line_flags as (
    select * from {{ ref('line_flags') }}
),

back_billing as (
    select * from {{ ref('line_back_billing') }}
),

changes as (
    select * from {{ ref('line_changes') }}
),

retired as (
    select * from {{ ref('retired_and_charged') }}
)

select
    lines.line_key,
    case
        when classified.class = 'not_assessed'
            then
                'Not assessed: ' || coalesce(assessable.blocking_source, 'no source') || ' - '
                || rtrim(coalesce(assessable.blocking_message, 'no reason given'), '. ') || '. '
                || arithmetic.billed_text || '; nothing is concluded until ' || assessable.blocking_end || '.'
        when classified.class = 'unmapped_client' and lines.line_part = 'unmapped_client'
            then
                'Account ' || coalesce(line_names.account_name || ' ', '') || '(' || lines.client_key
                || ') has no confirmed client: ' || arithmetic.sides_text
                || ' compared with nothing. ' || advice.client_advice
        when classified.class = 'unmapped_client'
            then
                arithmetic.billed_text || ', but no account of ' || without_account.source_system
                || ' is mapped to this client while ' || without_account.unmapped_account_count
                || ' of its accounts have no client: one may be theirs. ' || advice.client_advice
        when classified.class = 'unmapped_product' and lines.line_part = 'unmapped_product'
            then
                'Product ' || coalesce(line_names.vendor_product_name || ' ', '') || '(' || lines.product_key || ') '
                || case
                    when lines.product_id is null
                        then
                            'has no confirmed product: ' || arithmetic.sides_text || ' compared with nothing. '
                            || advice.product_advice
                    else
                        'is mapped to ' || lines.product_id || ', ' || arithmetic.sides_text
                        || ' compared with nothing: a product ' || advice.counting_advice
                end
        when classified.class = 'unmapped_product'
            then
                arithmetic.billed_text || ' of a product (' || lines.product_key
                || ') ' || advice.counting_advice
        when classified.class = 'unallocated'
            then
                'Account ' || coalesce(line_names.account_name || ' ', '') || '(' || lines.client_key
                || ') is shared: ' || arithmetic.sides_text || ' of no client. ' || split_shares.shares_text
                || '. Name the ' || split_shares.attribute || ' of these users in rules/splits.csv, or the users in'
                || ' rules/exclusions.csv.'
        when classified.class = 'excluded'
            then
                arithmetic.sides_text || ' taken out of the comparison: ' || arithmetic.reasons_text || '.'
                || coalesce(' ' || arithmetic.cost_text || '.', '')
        when classified.class = 'covered_by_bundle'
            then arithmetic.coverage_text || '.'
        when classified.class = 'timing'
            then arithmetic.expected_text || '; ' || arithmetic.billed_text || '; ' || timing.timing_text || '.'
        when classified.class = 'unbilled'
            then arithmetic.expected_text || '; no live billing line; ' || arithmetic.money_text || ' unbilled.'
        when classified.class = 'orphan_billing'
            then
                arithmetic.expected_text || '; ' || arithmetic.billed_text || ' with no vendor record; '
                || arithmetic.money_text || ' overbilled.' || coalesce(unmapped_units.note, '')
                || coalesce(
                    ' ' || {{ plain_number('unallocated.quantity') }} || ' used of this product are unallocated at '
                    || unallocated.source_system || ': they may be this client''s.',
                    ''
                )
        when classified.class in ('underbilled', 'overbilled')
            then
                arithmetic.expected_text || '; ' || arithmetic.billed_text || '; ' || arithmetic.money_text || ' '
                || classified.class || '.'
        when classified.class = 'matched_tolerance'
            then
                arithmetic.expected_text || '; ' || arithmetic.billed_text || '; ' || arithmetic.tolerance_text || '.'
        else arithmetic.expected_text || '; ' || arithmetic.billed_text || '.'
    end
    || coalesce(' ' || arithmetic.conversion_text, '')
    || case
        when classified.is_assessed then coalesce(line_flags.notes_text, '') || coalesce(retired.note, '')
        else ''
    end
    || coalesce(back_billing.exposure_text, '')
    || coalesce(changes.changes_text, '') as explanation
from lines
inner join classified on lines.line_key = classified.line_key
inner join arithmetic on lines.line_key = arithmetic.line_key
inner join line_names on lines.line_key = line_names.line_key
inner join assessable on lines.line_key = assessable.line_key
left join without_account on lines.line_key = without_account.line_key
left join unmapped_units
    on
        lines.client_id = unmapped_units.client_id
        and lines.needed_source = unmapped_units.source_system
left join timing on lines.line_key = timing.line_key
left join split_shares on lines.line_key = split_shares.line_key
left join unallocated
    on
        lines.product_id = unallocated.product_id
        and lines.needed_source = unallocated.source_system
left join line_flags on lines.line_key = line_flags.line_key
left join back_billing on lines.line_key = back_billing.line_key
left join changes on lines.line_key = changes.line_key
left join retired on lines.line_key = retired.line_key
cross join advice
