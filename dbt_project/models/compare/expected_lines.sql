{{ config(materialized='view') }}

with expected as (
    select * from {{ ref('expected_by_line') }}
),

minimums as (
    select * from {{ ref('line_minimums') }}
)

-- What one line has to carry of a shared minimum is a minimum of its own from here on.
select
    expected.* replace (
        coalesce(
            expected.expected_quantity + {{ as_quantity('minimums.raised_quantity') }}, expected.minimum_quantity
        ) as minimum_quantity,
        expected.is_set_by_minimum or minimums.line_key is not null as is_set_by_minimum,
        expected.expected_quantity + {{ as_quantity('coalesce(minimums.raised_quantity, 0)') }} as expected_quantity
    ),
    case
        when expected.is_set_by_minimum
            then
                '; raised to the minimum of ' || {{ plain_number('expected.minimum_quantity') }}
                || case
                    when expected.covered_minimum is null then ''
                    else
                        ' (' || {{ plain_number('expected.minimum_quantity + expected.covered_minimum') }} || ' less '
                        || {{ plain_number('expected.covered_minimum') }} || ' covered by the bundle)'
                end
        else ''
    end
    || coalesce(minimums.minimum_text, '')
    || case
        when expected.is_set_by_minimum or minimums.line_key is not null
            then ' = ' || {{ plain_number('expected.expected_quantity + coalesce(minimums.raised_quantity, 0)') }}
        else ''
    end as minimum_text
from expected
left join minimums on expected.line_key = minimums.line_key
