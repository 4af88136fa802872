with dated_lines as (
    select distinct
        line_key,
        client_id,
        counted_key,
        basis,
        needed_source
    from {{ ref('dated_lines') }}
),

counted_days as (
    select * from {{ ref('counted_days') }}
),

dated_counts as (
    select
        line_key,
        side,
        counted_on,
        sum(quantity) as quantity
    from {{ ref('dated_counts') }}
    group by line_key, side, counted_on
)

-- The days that a line's way of counting can look at; a day of its client without a row of its product is zero.
select
    dated_lines.line_key,
    counted_days.counted_on,
    coalesce(dated_counts.quantity, 0) as quantity,
    false as is_read
from dated_lines
inner join counted_days
    on
        dated_lines.client_id = counted_days.client_id
        and dated_lines.needed_source = counted_days.source_system
        and dated_lines.basis = counted_days.side
left join dated_counts
    on
        dated_lines.counted_key = dated_counts.line_key
        and dated_lines.basis = dated_counts.side
        and counted_days.counted_on = dated_counts.counted_on

union all

-- A system that tells only how things stand was counted whenever it was read.
select
    line_key,
    counted_on,
    quantity,
    true as is_read
from {{ ref('kept_counts') }}
