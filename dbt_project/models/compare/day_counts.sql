with dated_lines as (
    select * from {{ ref('dated_lines') }}
),

line_days as (
    select * from {{ ref('line_days') }}
),

run as (
    select
        *,
        date_diff('day', period, cutoff_date) + 1 as days_so_far
    from {{ ref('current_run') }}
),

placed_days as (
    select
        line_days.line_key,
        line_days.counted_on,
        row_number() over (partition by line_days.line_key order by line_days.counted_on) - 1 as days_before,
        run.period + cast(days_before as integer) as due_on
    from line_days
    cross join run
),

-- The first day without a count is the first one that does not follow its predecessor.
gaps as (
    select
        line_key,
        min(due_on) as first_missing
    from placed_days
    where counted_on != due_on
    group by line_key
),

summed as (
    select
        dated_lines.line_key,
        dated_lines.whose,
        dated_lines.counted_when,
        run.period + (dated_lines.count_day - 1) as fixed_day,
        run.cutoff_date,
        run.days_so_far,
        count(line_days.counted_on) as day_count,
        coalesce(bool_or(line_days.is_read), false) as is_read,
        coalesce(any_value(gaps.first_missing), run.period + cast(count(line_days.counted_on) as integer))
            as first_missing,
        max(line_days.quantity) as peak_quantity,
        arg_max(line_days.counted_on, (line_days.quantity, -epoch(line_days.counted_on))) as peak_day,
        sum(line_days.quantity) as day_quantity,
        arg_max(line_days.quantity, line_days.counted_on) as closing_quantity,
        max(line_days.quantity) filter (where line_days.counted_on = run.period + (dated_lines.count_day - 1))
            as fixed_quantity
    from dated_lines
    cross join run
    left join line_days on dated_lines.line_key = line_days.line_key
    left join gaps on dated_lines.line_key = gaps.line_key
    group by
        dated_lines.line_key, dated_lines.whose, dated_lines.counted_when, dated_lines.count_day, run.period,
        run.cutoff_date, run.days_so_far
),

judged as (
    select
        *,
        case
            when counted_when = 'fixed_day' and fixed_day > cutoff_date
                then 'counted on ' || strftime(fixed_day, '%Y-%m-%d') || ', which is yet to come'
            when counted_when = 'fixed_day' and fixed_quantity is null
                then 'no count on ' || strftime(fixed_day, '%Y-%m-%d') || ', the day that counts'
            -- A file of daily counts with a hole is not whole. Of a system that is only read now and then, the highest
            -- reading is known, and how many days it was read.
            when
                (counted_when = 'average' and day_count < days_so_far)
                or (counted_when = 'peak' and day_count < case when is_read then 1 else days_so_far end)
                then
                    'no count on ' || strftime(first_missing, '%Y-%m-%d') || ', and the ' || counted_when
                    || ' needs every day'
        end as fault
    from summed
)

-- Prorated lines are compared on the closing count like any other: their days make the amount, not the quantity.
select
    line_key,
    whose,
    counted_when,
    case
        when fault is not null then null
        when counted_when = 'fixed_day' then fixed_quantity
        when counted_when = 'peak' then peak_quantity
        when counted_when = 'average' then round({{ share_of('day_quantity', '1', 'days_so_far') }}, 4)
        when counted_when = 'last_day' then closing_quantity
    end as counted_quantity,
    fault,
    day_count = days_so_far as has_every_day,
    peak_day,
    case counted_when
        when 'fixed_day' then ' on ' || strftime(fixed_day, '%Y-%m-%d')
        when 'peak'
            then
                ' at the peak of ' || strftime(peak_day, '%Y-%m-%d')
                || case
                    when day_count < days_so_far
                        then ' (' || day_count || ' of ' || days_so_far || ' days were read)'
                    else ''
                end
        when 'average' then ' on the average of ' || days_so_far || ' days'
        when 'last_day' then ' on the last day'
        else ''
    end as counted_text
from judged
