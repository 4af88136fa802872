with lines as (
    select * from {{ ref('lines') }}
    where line_part = 'main' and basis in ('owned', 'used', 'charged')
),

counting_rules as (
    select * from {{ ref('counting_rules') }}
    where counted_when != 'last_day'
)

select
    lines.line_key,
    lines.client_id,
    lines.basis,
    lines.needed_source,
    counting_rules.counted_when,
    counting_rules.count_day
from lines
inner join counting_rules on lines.product_id = counting_rules.product_id
