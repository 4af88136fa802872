-- Fails with each step of the comparison that holds another number of lines than there are lines.
-- It does not assert what a step says of a line.
{{ config(meta={'dagster': {'ref': {'name': 'reconciliation'}}}) }}

with steps as (
    select
        'lines_assessable' as step,
        count(*) as step_rows
    from {{ ref('lines_assessable') }}
    union all
    select
        'quantities_by_line' as step,
        count(*) as step_rows
    from {{ ref('quantities_by_line') }}
    union all
    select
        'expected_by_line' as step,
        count(*) as step_rows
    from {{ ref('expected_by_line') }}
    union all
    select
        'priced_lines' as step,
        count(*) as step_rows
    from {{ ref('priced_lines') }}
    union all
    select
        'classified_lines' as step,
        count(*) as step_rows
    from {{ ref('classified_lines') }}
    union all
    select
        'explained_lines' as step,
        count(*) as step_rows
    from {{ ref('explained_lines') }}
    union all
    select
        'line_names' as step,
        count(*) as step_rows
    from {{ ref('line_names') }}
    union all
    select
        'reconciliation' as step,
        count(*) as step_rows
    from {{ ref('reconciliation') }}
)

select
    steps.step,
    steps.step_rows,
    (select count(*) from {{ ref('lines') }}) as line_rows
from steps
where steps.step_rows != (select count(*) from {{ ref('lines') }})
