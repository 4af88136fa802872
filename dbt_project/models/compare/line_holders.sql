with vendor_rows as (
    select * from {{ ref('vendor_rows_resolved') }}
    where resolution = 'counted' and side = 'used' and holder_id is not null
)

-- A licence is a seat, and one user may hold several of one product: where seats are not people, both are named.
select
    line_key,
    count(*) as licence_count,
    count(distinct holder_id) as holder_count
from vendor_rows
group by line_key
having count(*) > count(distinct holder_id)
