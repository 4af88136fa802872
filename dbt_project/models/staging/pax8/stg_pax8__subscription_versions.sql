{{ config(materialized='view') }}

with reads as (
    select * from {{ ref('stg_control__reads') }}
),

run as (
    select * from {{ ref('stg_control__run') }}
)

-- A subscription says what it is, never what it was: of the last days the reads do.
select
    {{ clean('raw_rows.id') }} as subscription_id,
    raw_rows.quantity,
    reads.captured_at as read_at,
    {{ home_date('reads.captured_at') }} as read_on
from {{ source('raw_pax8', 'subscriptions') }} as raw_rows
inner join reads
    on
        raw_rows._dlt_load_id = reads.load_id
        and reads.source_system = 'pax8'
        and reads.table_name = 'subscriptions'
        and reads.status = 'ok'
cross join run
where
    reads.captured_at <= run.cutoff
    and {{ home_date('reads.captured_at') }} >= run.cutoff_date - {{ window_days() }}
