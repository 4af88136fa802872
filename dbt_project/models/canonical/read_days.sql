{{ config(materialized='view') }}

with reads as (
    select * from {{ ref('stg_control__reads') }}
    where status = 'ok' and account_id is null
),

current_reads as (
    select * from {{ ref('current_reads') }}
    where account_id is null
),

run as (
    select * from {{ ref('stg_control__run') }}
),

table_totals as (
    select
        source_system,
        count(distinct table_name) as table_count
    from current_reads
    group by source_system
),

first_reads as (
    select
        reads.source_system,
        reads.table_name,
        {{ home_date('reads.captured_at') }} as read_on,
        min(reads.captured_at) as read_at
    from reads
    cross join run
    where reads.captured_at >= run.period_start and reads.captured_at <= run.cutoff
    group by reads.source_system, reads.table_name, read_on
)

-- A day is read once every table of the source is; an account that could not be read makes its own lines unknown.
select
    first_reads.source_system,
    first_reads.read_on,
    max(first_reads.read_at) as complete_at
from first_reads
inner join table_totals on first_reads.source_system = table_totals.source_system
group by first_reads.source_system, first_reads.read_on
having count(*) >= any_value(table_totals.table_count)
