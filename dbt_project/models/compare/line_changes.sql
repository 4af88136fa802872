with line_history as (
    select * from {{ ref('line_history') }}
    where is_before
),

run as (
    select * from {{ ref('current_run') }}
),

classified as (
    select * from {{ ref('classified_lines') }}
),

quantities as (
    select * from {{ ref('quantities_by_line') }}
),

now_said as (
    select
        classified.line_key,
        classified.billed_quantity,
        quantities.owned_quantity,
        quantities.used_quantity,
        quantities.charged_quantity
    from classified
    inner join quantities on classified.line_key = quantities.line_key
),

-- How the period before ended; in a line's first period, how it began.
baselines as (
    select
        line_history.line_key,
        coalesce(
            max(line_history.as_of) filter (where line_history.period < run.period), min(line_history.as_of)
        ) as as_of
    from line_history
    cross join run
    where line_history.period <= run.period
    group by line_history.line_key
),

compared as (
    select
        now_said.line_key,
        line_history.as_of as before_as_of,
        line_history.billed_quantity as before_billed,
        line_history.owned_quantity as before_owned,
        line_history.used_quantity as before_used,
        line_history.charged_quantity as before_charged,
        now_said.billed_quantity as now_billed,
        now_said.owned_quantity as now_owned,
        now_said.used_quantity as now_used,
        now_said.charged_quantity as now_charged
    from now_said
    inner join baselines on now_said.line_key = baselines.line_key
    inner join line_history
        on
            baselines.line_key = line_history.line_key
            and baselines.as_of = line_history.as_of
),

moves as (
    {{ moved_side('billed', 1) }}
    union all
    {{ moved_side('owned', 2) }}
    union all
    {{ moved_side('used', 3) }}
    union all
    {{ moved_side('charged', 4) }}
),

-- The first run that saw today's figure, after the last one that saw another; this run itself where none has.
seen as (
    select
        moves.line_key,
        moves.side,
        min(line_history.as_of) as first_seen
    from moves
    inner join line_history
        on
            moves.line_key = line_history.line_key
            and moves.before_as_of < line_history.as_of
    where
        case moves.side
            when 'billed' then line_history.billed_quantity
            when 'owned' then line_history.owned_quantity
            when 'used' then line_history.used_quantity
            else line_history.charged_quantity
        end = moves.quantity_now
    group by moves.line_key, moves.side
),

-- Where the vendor counts day by day, the day itself is known.
dated_counts as (
    select
        line_key,
        side,
        counted_on,
        sum(quantity) as quantity
    from {{ ref('dated_counts') }}
    group by line_key, side, counted_on
),

days_before as (
    select
        *,
        lag(quantity) over (partition by line_key, side order by counted_on) as quantity_before
    from dated_counts
),

changed_days as (
    select
        line_key,
        side,
        max(counted_on) as counted_on
    from days_before
    where quantity != quantity_before
    group by line_key, side
),

-- Where the records that began or ended since then make the whole move, their own dates are its dates.
moved_days as (
    select
        moves.line_key,
        moves.side,
        string_agg(
            distinct strftime(dated_moves.moved_on, '%Y-%m-%d'), ' and '
            order by strftime(dated_moves.moved_on, '%Y-%m-%d')
        ) as days_text
    from moves
    inner join {{ ref('dated_moves') }} as dated_moves
        on
            moves.line_key = dated_moves.line_key
            and moves.side = dated_moves.side
            and dated_moves.moved_on > cast(moves.before_as_of at time zone 'UTC' as date)
    group by moves.line_key, moves.side, moves.quantity_now, moves.quantity_before
    having sum(dated_moves.quantity) = moves.quantity_now - moves.quantity_before
)

select
    moves.line_key,
    ' Since ' || strftime(any_value(moves.before_as_of) at time zone 'UTC', '%Y-%m-%d') || ': '
    || string_agg(
        moves.side || ' ' || {{ plain_number('moves.quantity_before') }} || ' to '
        || {{ plain_number('moves.quantity_now') }} || ' ('
        || case when moves.quantity_now > moves.quantity_before then '+' else '' end
        || {{ plain_number('moves.quantity_now - moves.quantity_before') }}
        || case
            when changed_days.counted_on is not null
                then ' on ' || strftime(changed_days.counted_on, '%Y-%m-%d')
            when moved_days.days_text is not null then ' from ' || moved_days.days_text
            else ', seen on ' || strftime(coalesce(seen.first_seen, run.as_of) at time zone 'UTC', '%Y-%m-%d')
        end || ')',
        ', '
        order by moves.place
    ) || '.' as changes_text
from moves
cross join run
left join seen on moves.line_key = seen.line_key and moves.side = seen.side
left join changed_days on moves.line_key = changed_days.line_key and moves.side = changed_days.side
left join moved_days on moves.line_key = moved_days.line_key and moves.side = moved_days.side
group by moves.line_key
