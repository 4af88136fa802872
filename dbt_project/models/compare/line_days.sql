with lines as (
    select * from {{ ref('lines') }}
    where line_part = 'main' and basis in ('owned', 'used', 'charged')
),

counting_rules as (
    select * from {{ ref('counting_rules') }}
    where counted_when != 'last_day'
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
    lines.line_key,
    counted_days.counted_on,
    coalesce(dated_counts.quantity, 0) as quantity
from lines
inner join counting_rules on lines.product_id = counting_rules.product_id
inner join counted_days
    on
        lines.client_id = counted_days.client_id
        and lines.needed_source = counted_days.source_system
        and lines.basis = counted_days.side
left join dated_counts
    on
        lines.line_key = dated_counts.line_key
        and lines.basis = dated_counts.side
        and counted_days.counted_on = dated_counts.counted_on
