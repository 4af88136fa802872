with lines as (
    select * from {{ ref('line_arithmetic') }}
),

-- Names are told only where the line has no client or product of its own.
line_names as (
    select * from {{ ref('line_names') }}
    where line_part != 'main'
),

faults as (
    select * from {{ ref('lines_assessable') }}
    where not is_assessed
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

-- A month that is over bills what stood when it ended, also where the PSA has been read since.
billed_earlier as (
    select
        source_system,
        ' Billed as ' || source_system || ' was read on ' || strftime(billed_as_read_on, '%Y-%m-%d')
        || '; what changed there since belongs to later months.' as billed_earlier_text
    from {{ ref('source_status') }}
    where role = 'psa' and billed_as_read_on is not null
),

back_billing as (
    select * from {{ ref('line_back_billing') }}
),

changes as (
    select * from {{ ref('line_changes') }}
),

amounts as (
    select
        line_key,
        days_text
    from {{ ref('line_amounts') }}
    where days_text is not null
),

unread as (
    select
        line_key,
        needed_source,
        unread_message
    from {{ ref('lines') }}
    where unread_message is not null
),

retired as (
    select * from {{ ref('retired_and_charged') }}
),

-- Where nothing counts any more, the records that did say why; three are enough to go and look.
idle_records as (
    select
        classified.line_key,
        vendor_rows.source_system,
        {{ plain_number('vendor_rows.quantity') }} || ' of ' || vendor_rows.source_record_id || ', '
        || vendor_rows.reason as record_text,
        row_number() over (
            partition by classified.line_key
            order by
                vendor_rows.side = lines.basis desc, vendor_rows.ended_on desc nulls last,
                vendor_rows.source_record_id asc
        ) as position,
        count(*) over (partition by classified.line_key) as record_count
    from {{ ref('classified_lines') }} as classified
    inner join {{ ref('lines') }} as lines on classified.line_key = lines.line_key
    inner join {{ ref('vendor_rows_resolved') }} as vendor_rows
        on
            classified.line_key = vendor_rows.line_key
            and lines.needed_source = vendor_rows.source_system
    where
        classified.class = 'overbilled'
        and classified.basis_quantity = 0
        and vendor_rows.resolution = 'not_countable'
        and vendor_rows.disposition = 'information_only'
),

idle as (
    select
        line_key,
        ' At ' || min(source_system) || ': '
        || string_agg(record_text, '; ' order by position) filter (where position <= 3)
        || case when max(record_count) > 3 then ' and ' || (max(record_count) - 3) || ' more' else '' end
        || '.' as note
    from idle_records
    group by line_key
)

select
    lines.line_key,
    case
        when lines.class = 'not_assessed'
            then
                'Not assessed: ' || coalesce(faults.blocking_source, 'no source') || ' - '
                || rtrim(coalesce(faults.blocking_message, 'no reason given'), '. ') || '. '
                || lines.billed_text || '; nothing is concluded until ' || faults.blocking_end || '.'
        when lines.class = 'unmapped_client' and lines.line_part = 'unmapped_client'
            then
                'Account ' || coalesce(line_names.account_name || ' ', '') || '(' || lines.client_key
                || ') has no confirmed client: ' || lines.sides_text
                || ' compared with nothing. ' || advice.client_advice
        when lines.class = 'unmapped_client'
            then
                lines.billed_text || ', but no account of ' || without_account.source_system
                || ' is mapped to this client while ' || without_account.unmapped_account_count
                || ' of its accounts have no client: one may be theirs. ' || advice.client_advice
        when lines.class = 'unmapped_product' and lines.line_part = 'unmapped_product'
            then
                'Product ' || coalesce(line_names.vendor_product_name || ' ', '') || '(' || lines.product_key || ') '
                || case
                    when lines.product_id is null
                        then
                            'has no confirmed product: ' || lines.sides_text || ' compared with nothing. '
                            || advice.product_advice
                    else
                        'is mapped to ' || lines.product_id || ', ' || lines.sides_text
                        || ' compared with nothing: a product ' || advice.counting_advice
                end
        when lines.class = 'unmapped_product'
            then
                lines.billed_text || ' of a product (' || lines.product_key
                || ') ' || advice.counting_advice
        when lines.class = 'unallocated'
            then
                'Account ' || coalesce(line_names.account_name || ' ', '') || '(' || lines.client_key
                || ') is shared: ' || lines.sides_text || ' of no client. ' || split_shares.shares_text
                || '. Name the ' || split_shares.attribute || ' of these users in rules/splits.csv, or the users in'
                || ' rules/exclusions.csv.'
        when lines.class = 'excluded'
            then
                lines.sides_text || ' taken out of the comparison: ' || lines.reasons_text || '.'
                || coalesce(' ' || lines.cost_text || '.', '')
        when lines.class = 'covered_by_bundle'
            then lines.coverage_text || '.'
        when lines.class = 'timing'
            then lines.expected_text || '; ' || lines.billed_text || '; ' || timing.timing_text || '.'
        when lines.class = 'unbilled'
            then lines.expected_text || '; no live billing line; ' || lines.money_text || ' unbilled.'
        when lines.class = 'orphan_billing'
            then
                lines.expected_text || '; ' || lines.billed_text || ' with no vendor record; '
                || lines.money_text || ' overbilled.' || coalesce(unmapped_units.note, '')
                || coalesce(
                    ' ' || {{ plain_number('unallocated.quantity') }} || ' used of this product are unallocated at '
                    || unallocated.source_system || ': they may be this client''s.',
                    ''
                )
        when lines.class in ('underbilled', 'overbilled')
            then
                lines.expected_text || '; ' || lines.billed_text || '; ' || lines.money_text || ' '
                || lines.class || '.' || coalesce(idle.note, '')
        when lines.class = 'matched_tolerance'
            then
                lines.expected_text || '; ' || lines.billed_text || '; ' || lines.tolerance_text || '.'
        else lines.expected_text || '; ' || lines.billed_text || '.'
    end
    || coalesce(' ' || lines.net_text, '')
    || coalesce(amounts.days_text, '')
    || coalesce(' ' || lines.conversion_text, '')
    || case
        when lines.is_assessed then coalesce(line_flags.notes_text, '') || coalesce(retired.note, '')
        else ''
    end
    || coalesce(line_flags.read_after_text, '')
    || coalesce(billed_earlier.billed_earlier_text, '')
    || case
        when lines.is_assessed and unread.line_key is not null
            then ' Of ' || unread.needed_source || ' was not read: ' || rtrim(unread.unread_message, '. ') || '.'
        else ''
    end
    || coalesce(back_billing.exposure_text, '')
    || coalesce(changes.changes_text, '') as explanation
from lines
left join line_names on lines.line_key = line_names.line_key
left join faults on lines.line_key = faults.line_key
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
left join amounts on lines.line_key = amounts.line_key
left join billed_earlier on split_part(lines.client_id, ':', 1) = billed_earlier.source_system
left join back_billing on lines.line_key = back_billing.line_key
left join changes on lines.line_key = changes.line_key
left join retired on lines.line_key = retired.line_key
left join unread on lines.line_key = unread.line_key
left join idle on lines.line_key = idle.line_key
cross join advice
