with line_counts as (
    select * from {{ ref('line_counts') }}
    where counted_when = 'peak' and not has_every_day and counted_quantity is not null
),

expected as (
    select * from {{ ref('expected_by_line') }}
)

-- A day that was not read may have been higher: more is due at the least, and nobody can say that less is.
select
    line_counts.line_key,
    {{ plain_number('expected.basis_quantity') }} || line_counts.counted_text || ', and '
    || {{ plain_number('expected.billed_quantity') }} || ' billed may be the count of another day' as message
from line_counts
inner join expected on line_counts.line_key = expected.line_key
where expected.billed_quantity > expected.expected_quantity
