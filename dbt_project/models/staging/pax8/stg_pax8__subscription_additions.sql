{{ config(materialized='view') }}

-- The reads of the last days before the cut-off, the newest one too: a subscription says what it is, never what it was.
with reads as (
    select
        reads.load_id,
        reads.captured_at,
        {{ home_date('reads.captured_at') }} as read_on
    from {{ ref('stg_control__reads') }} as reads
    cross join {{ ref('stg_control__run') }} as run
    where
        reads.source_system = 'pax8'
        and reads.table_name = 'subscriptions'
        and reads.status = 'ok'
        and reads.captured_at <= run.cutoff
        and {{ home_date('reads.captured_at') }} >= run.cutoff_date - {{ window_days() }}
),

stated as (
    select
        {{ clean('raw_rows.id') }} as subscription_id,
        raw_rows.quantity,
        reads.read_on,
        arg_max(raw_rows.quantity, reads.captured_at) over (
            partition by {{ clean('raw_rows.id') }}
        ) as quantity_now
    from {{ source('raw_pax8', 'subscriptions') }} as raw_rows
    inner join reads on raw_rows._dlt_load_id = reads.load_id
),

-- What came since the fewest seats of these days. Somebody added it on the last day that still showed them, or later.
added as (
    select
        subscription_id,
        any_value(quantity_now) - min(quantity) as added_quantity,
        arg_max(read_on, (-quantity, read_on)) as added_on
    from stated
    group by subscription_id
)

select * from added
where added_quantity > 0
