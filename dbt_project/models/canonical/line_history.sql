{{ config(materialized='view') }}

with line_history as (
    select * from {{ ref('stg_control__line_history') }}
),

run as (
    select * from {{ ref('stg_control__run') }}
)

-- A month that is run again knows of nothing that was said after its own moment.
select
    line_history.*,
    line_history.as_of < run.as_of as is_before
from line_history
cross join run
where line_history.run_id != run.run_id
