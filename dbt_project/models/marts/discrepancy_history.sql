{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='append_new_columns',
        full_refresh=false,
        pre_hook="{% if is_incremental() %}delete from {{ this }} where run_id in (select run_id from {{ source('control', 'run') }}){% endif %}"
    )
}}

with reconciliation as (
    select * from {{ ref('reconciliation') }}
    where kind not in ('explained', 'clean')
),

run as (
    select * from {{ ref('current_run') }}
)

select
    reconciliation.period,
    reconciliation.line_key,
    run.run_id,
    run.as_of,
    reconciliation.class,
    reconciliation.kind,
    reconciliation.billed_quantity,
    reconciliation.expected_quantity,
    reconciliation.variance,
    reconciliation.revenue_impact,
    reconciliation.currency
from reconciliation
cross join run
