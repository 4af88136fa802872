with lines as (
    select * from {{ ref('lines') }}
    where line_part = 'unallocated' and product_id is not null
),

quantities as (
    select * from {{ ref('quantities_by_line') }}
)

select
    lines.product_id,
    lines.source_system,
    sum(quantities.used_quantity) as quantity
from lines
inner join quantities on lines.line_key = quantities.line_key
where quantities.used_quantity > 0
group by lines.product_id, lines.source_system
