-- The run's period and clock for everything downstream: marts and the layers between read no staging.
with run as (
    select * from {{ ref('stg_control__run') }}
)

select * from run
