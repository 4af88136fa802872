with line_counts as (
    select * from {{ ref('line_counts') }}
    where counted_when = 'prorated' and has_every_day
),

line_days as (
    select * from {{ ref('line_days') }}
),

billed as (
    select * from {{ ref('billed_by_line') }}
),

billing_rows as (
    select * from {{ ref('billing_rows_resolved') }}
    where bill_mode = 'billable' and (is_live or is_dated_only) and unit_price is not null
),

prices as (
    select * from {{ ref('priced_lines') }}
),

run as (
    select
        *,
        date_diff('day', period, period_end) as period_days
    from {{ ref('current_run') }}
),

calendar as (
    select
        period_days,
        cast(unnest(generate_series(period, period_end - 1, interval 1 day)) as date) as day
    from run
),

-- The days still to come are taken to stay as the newest one is.
days as (
    select
        line_counts.line_key,
        calendar.period_days,
        calendar.day,
        last_value(line_days.quantity ignore nulls) over (
            partition by line_counts.line_key
            order by calendar.day
        ) as quantity
    from line_counts
    cross join calendar
    left join line_days
        on
            line_counts.line_key = line_days.line_key
            and calendar.day = line_days.counted_on
),

-- Old and new prices each hold on their own days: the newest line that lives on a day prices it.
priced_days as (
    select
        days.line_key,
        days.day,
        days.period_days,
        greatest(0, days.quantity - coalesce(any_value(billed.included_quantity), 0)) as quantity,
        coalesce(
            arg_max(billing_rows.unit_price, (billing_rows.valid_from, billing_rows.source_record_id)),
            any_value(prices.unit_price)
        ) as unit_price
    from days
    inner join prices on days.line_key = prices.line_key
    left join billed on days.line_key = billed.line_key
    left join billing_rows
        on
            days.line_key = billing_rows.line_key
            and coalesce(days.day >= billing_rows.valid_from, true)
            and coalesce(days.day < billing_rows.valid_to, true)
    group by days.line_key, days.day, days.period_days, days.quantity
)

select
    line_key,
    sum(quantity) as unit_days,
    {{ share_of('sum(quantity)', '1', 'any_value(period_days)') }} as average_quantity,
    case
        when bool_and(unit_price is not null or quantity = 0)
            then
                {{
                    share_of(
                        'sum(' ~ times('quantity', 'coalesce(unit_price, 0)') ~ ')', '1', 'any_value(period_days)'
                    )
                }}
    end as expected_amount
from priced_days
group by line_key
