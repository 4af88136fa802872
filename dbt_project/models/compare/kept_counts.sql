with counted_lines as (
    select distinct
        line_key,
        counted_key,
        basis,
        needed_source
    from {{ ref('dated_lines') }}
),

read_days as (
    select * from {{ ref('read_days') }}
),

daily_runs as (
    select * from {{ ref('daily_runs') }}
),

run as (
    select * from {{ ref('current_run') }}
),

-- What a product has under a bundle stands on two lines: what is covered, and what is beyond.
parts as (
    select
        line_key,
        basis,
        unnest([line_key, line_key || '|bundle']) as part_key
    from counted_lines
),

history as (
    select
        parts.line_key,
        line_history.as_of,
        lead(line_history.as_of) over (partition by line_history.line_key order by line_history.as_of) as next_as_of,
        line_history.class in ('not_assessed', 'unmapped_client', 'unmapped_product') as is_unknown,
        {{ of_side('parts.basis', 'line_history.{}_quantity') }} as quantity
    from {{ ref('line_history') }} as line_history
    inner join parts on line_history.line_key = parts.part_key
    where line_history.is_before
),

-- Of each day before the last one, what its last published run said, where the source was read on that day.
earlier_days as (
    select
        counted_lines.line_key,
        daily_runs.cutoff_date as counted_on,
        sum(history.quantity) as quantity
    from counted_lines
    inner join read_days on counted_lines.needed_source = read_days.source_system
    inner join daily_runs
        on
            read_days.read_on = daily_runs.cutoff_date
            and read_days.complete_at <= daily_runs.as_of
    inner join history
        on
            counted_lines.line_key = history.line_key
            and daily_runs.as_of >= history.as_of
            and (history.next_as_of is null or daily_runs.as_of < history.next_as_of)
    group by counted_lines.line_key, daily_runs.cutoff_date
    having not bool_or(history.is_unknown) and count(history.quantity) > 0
),

closing as (
    select
        case when line_part = 'bundle' then client_key || '|' || product_key || '|*' else line_key end as counted_key,
        side,
        source_system,
        sum(quantity) as quantity
    from {{ ref('vendor_rows_resolved') }}
    where line_part in ('main', 'bundle') and resolution = 'counted'
    group by counted_key, side, source_system
),

last_day as (
    select
        counted_lines.line_key,
        read_days.read_on as counted_on,
        coalesce(closing.quantity, 0) as quantity
    from counted_lines
    cross join run
    inner join read_days
        on
            counted_lines.needed_source = read_days.source_system
            and run.cutoff_date = read_days.read_on
    left join closing
        on
            counted_lines.counted_key = closing.counted_key
            and counted_lines.basis = closing.side
            and counted_lines.needed_source = closing.source_system
)

select * from earlier_days
union all
select * from last_day
