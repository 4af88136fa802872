with vendor_ways as (
    select * from {{ ref('day_counts') }}
    where whose = 'vendor'
),

contract_ways as (
    select * from {{ ref('line_counts') }}
),

expected as (
    select * from {{ ref('expected_by_line') }}
    where basis_quantity is not null
),

quantities as (
    select * from {{ ref('quantities_by_line') }}
),

compared as (
    select
        vendor_ways.line_key,
        expected.basis_quantity,
        expected.billed_quantity,
        expected.expected_quantity,
        coalesce(nullif(contract_ways.counted_text, ''), ' on the last day') as contract_text,
        vendor_ways.counted_quantity as vendor_quantity,
        quantities.charged_quantity,
        vendor_ways.counted_text as vendor_text
    from vendor_ways
    inner join expected on vendor_ways.line_key = expected.line_key
    inner join quantities on vendor_ways.line_key = quantities.line_key
    left join contract_ways on vendor_ways.line_key = contract_ways.line_key
    where vendor_ways.counted_quantity != expected.basis_quantity
)

-- Two right counts of one thing: who bills by the other one is told so, and nobody has made a mistake in counting.
select
    line_key,
    vendor_quantity,
    coalesce(charged_quantity = vendor_quantity, false) as is_charged_by_rule,
    'Rule difference: the contract counts ' || {{ plain_number('basis_quantity') }} || contract_text
    || ', the vendor ' || {{ plain_number('vendor_quantity') }} || vendor_text
    || case
        when charged_quantity = vendor_quantity then ', which it charges'
        when charged_quantity is not null then ' and charges ' || {{ plain_number('charged_quantity') }}
        else ''
    end
    || case
        when billed_quantity = vendor_quantity and billed_quantity != expected_quantity
            then '; the line is billed by the vendor''s rule'
        else ''
    end || '.' as note
from compared
