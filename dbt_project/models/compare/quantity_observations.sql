with lines as (
    select * from {{ ref('lines') }}
    where line_part in ('main', 'bundle') and is_ruled
),

quantities as (
    select * from {{ ref('quantities_by_line') }}
),

commitments as (
    select * from {{ ref('line_commitments') }}
),

coverage as (
    select * from {{ ref('bundle_coverage') }}
    where covered_quantity < needed_quantity
),

assessable as (
    select * from {{ ref('lines_assessable') }}
    where is_assessed
),

without_account as (
    select * from {{ ref('lines_without_account') }}
),

rule_differences as (
    select * from {{ ref('rule_differences') }}
),

duplicates as (
    select distinct line_key from {{ ref('vendor_rows_resolved') }}
    where disposition = 'duplicate' and resolution != 'same_person'
),

accounts as (
    select distinct
        client_id,
        source_system
    from {{ ref('client_mappings') }}
),

-- O and U are zero also where the client has no account at their source: then nothing can be said beside them.
sides as (
    select
        lines.line_key,
        quantities.owned_quantity,
        quantities.charged_quantity,
        coalesce(rule_differences.is_charged_by_rule, false) as is_charged_by_rule,
        case
            when rule_differences.vendor_quantity > quantities.owned_quantity then rule_differences.vendor_quantity
        end as ruled_quantity,
        commitments.committed_quantity,
        commitments.unused_quantity,
        commitments.unused_text,
        commitments.has_stated_term,
        commitments.renewing_quantity,
        commitments.renewing_after,
        case when used_accounts.client_id is not null then quantities.used_quantity end as used_quantity
    from lines
    inner join accounts
        on
            lines.client_id = accounts.client_id
            and lines.owned_source = accounts.source_system
    left join accounts as used_accounts
        on
            lines.client_id = used_accounts.client_id
            and lines.used_source = used_accounts.source_system
    inner join quantities on lines.line_key = quantities.line_key
    left join commitments on lines.line_key = commitments.line_key
    left join rule_differences on lines.line_key = rule_differences.line_key
    where quantities.owned_quantity is not null
)

select
    line_key,
    'vendor_overcharge' as flag,
    'The vendor charges ' || {{ plain_number('charged_quantity') }} || ', '
    || {{ plain_number('charged_quantity - owned_quantity') }} || ' more than are owned'
    || coalesce(
        ' and ' || {{ plain_number('abs(charged_quantity - ruled_quantity)') }}
        || case when charged_quantity > ruled_quantity then ' more' else ' fewer' end || ' than its own rule counts',
        ''
    ) || '.' as note,
    -- What its own rule counts is owed to it.
    nullif(greatest(charged_quantity - coalesce(ruled_quantity, owned_quantity), 0), 0) as quantity
from sides
where charged_quantity > owned_quantity and not is_charged_by_rule

union all

select
    line_key,
    'rule_difference' as flag,
    note,
    null as quantity
from rule_differences

union all

select
    line_key,
    'over_assigned' as flag,
    {{ plain_number('used_quantity') }} || ' are used, ' || {{ plain_number('used_quantity - owned_quantity') }}
    || ' more than are owned.' as note,
    used_quantity - owned_quantity as quantity
from sides
where used_quantity > owned_quantity

union all

-- Where nothing is promised for a year, what the vendor says of its terms is said without a flag.
select
    line_key,
    case when committed_quantity > 0 then 'committed_unused' end as flag,
    {{ plain_number('unused_quantity') }} || ' of ' || {{ plain_number('owned_quantity') }} || ' owned are unused'
    || unused_text || '.' as note,
    unused_quantity as quantity
from sides
where unused_quantity > 0 and unused_text is not null and has_stated_term

union all

select
    line_key,
    'renewal_due' as flag,
    {{ plain_number('renewing_quantity') }} || ' of ' || {{ plain_number('owned_quantity') }}
    || ' owned are up for renewal after ' || strftime(renewing_after, '%Y-%m-%d')
    || coalesce('; ' || {{ plain_number('used_quantity') }} || ' are used', '') || '.' as note,
    renewing_quantity as quantity
from sides
where renewing_quantity > 0

union all

-- Their numbers stand in the arithmetic already.
select
    line_key,
    'duplicate_device' as flag,
    null as note,
    null as quantity
from duplicates

union all

select
    coverage.line_key,
    'coverage_gap' as flag,
    null as note,
    coverage.needed_quantity - coverage.covered_quantity as quantity
from coverage
inner join assessable on coverage.line_key = assessable.line_key
left join without_account on coverage.line_key = without_account.line_key
where without_account.line_key is null
