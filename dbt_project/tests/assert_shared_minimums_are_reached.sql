-- Fails with each minimum of several lines that these do not reach together, or of which only some lines are compared.
-- It does not assert which lines are meant: the rule of the minimum says that.
{{ config(meta={'dagster': {'ref': {'name': 'reconciliation'}}}) }}

with members as (
    select
        grouped.group_key,
        grouped.group_text,
        grouped.minimum_quantity,
        reconciliation.expected_quantity,
        reconciliation.class = 'not_assessed' as is_open
    from {{ ref('minimum_groups') }} as grouped
    inner join {{ ref('reconciliation') }} as reconciliation on grouped.line_key = reconciliation.line_key
)

select
    group_key,
    any_value(group_text) as group_text,
    max(minimum_quantity) as minimum_quantity,
    sum(expected_quantity) as expected_quantity
from members
group by group_key
having
    (not bool_or(is_open) and count(expected_quantity) = count(*) and sum(expected_quantity) < max(minimum_quantity))
    or (bool_or(is_open) and count(expected_quantity) > 0)
