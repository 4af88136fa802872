-- Fails when control.run does not hold exactly one row: every model joins it, so none would give empty tables that look
-- like a clean result, and two would double every quantity.
with run as (
    select * from {{ ref('stg_control__run') }}
)

select count(*) as run_rows
from run
having count(*) <> 1
