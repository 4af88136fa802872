with earlier as (
    select * from {{ ref('earlier_periods') }}
),

-- What was lost stays lost when the line is put right: the first month after says so too.
classified as (
    select
        *,
        class in ('unbilled', 'underbilled', 'overbilled', 'orphan_billing') as is_finding
    from {{ ref('classified_lines') }}
    where
        class in (
            'unbilled', 'underbilled', 'overbilled', 'orphan_billing', 'timing', 'matched', 'matched_minimum',
            'matched_tolerance'
        )
        and line_key in (
            select earlier.line_key from earlier
            where earlier.class in ('unbilled', 'underbilled', 'timing')
        )
),

terms as (
    select * from {{ ref('line_terms') }}
),

closing_runs as (
    select * from {{ ref('closing_runs') }}
),

run as (
    select * from {{ ref('current_run') }}
),

-- Every month between the first that was run and this one, the ones that nobody ran included.
calendar as (
    select
        cast(
            unnest(generate_series(
                min(closing_runs.period), any_value(run.period) - interval 1 month, interval 1 month
            )) as date
        ) as period
    from closing_runs
    cross join run
),

months as (
    select
        classified.line_key,
        classified.currency,
        classified.is_finding,
        sign(classified.variance) as direction,
        calendar.period,
        date_diff('month', calendar.period, run.period) as months_back,
        earlier.class as earlier_class,
        earlier.currency as earlier_currency,
        earlier.amount_variance,
        sign(earlier.variance) as earlier_direction,
        coalesce(earlier.class in ('unbilled', 'underbilled'), false) as is_leak,
        -- What is not known of a month neither adds to the exposure nor ends it.
        case
            when closing_runs.period is null then 'was not run'
            when earlier.class = 'not_assessed' then 'was not assessed'
            when earlier.class in ('unmapped_client', 'unmapped_product') then 'waited for a mapping'
            when earlier.class = 'timing' then 'was timing'
        end as gap_text
    from classified
    cross join calendar
    cross join run
    left join closing_runs on calendar.period = closing_runs.period
    left join earlier on classified.line_key = earlier.line_key and calendar.period = earlier.period
),

-- Back to the newest month in which the line was billed right, or was not there.
open_months as (
    select *
    from months
    qualify
        coalesce(
            period > max(period) filter (where not is_leak and gap_text is null) over (partition by line_key), true
        )
),

missed as (
    select
        line_key,
        max(period) as promised_in
    from open_months
    where is_finding and earlier_class = 'timing' and earlier_direction = direction
    group by line_key
),

exposed as (
    select
        *,
        min(period) filter (where is_leak) over (partition by line_key) as exposed_since
    from open_months
),

-- Whole months before this one: this month can still be put right before its invoice leaves. Each adds what it was
-- itself short of; the unknown or foreign money of one month leaves the sum unknown.
summed as (
    select
        exposed.line_key,
        cast(count(*) filter (where exposed.is_leak) as integer) as exposure_months,
        any_value(exposed.currency) as currency,
        any_value(terms.backbill_months) as backbill_months,
        string_agg(case when exposed.is_leak then strftime(exposed.period, '%Y-%m') end, ', ' order by exposed.period)
            as months_text,
        string_agg(
            case when not exposed.is_leak then strftime(exposed.period, '%Y-%m') || ' ' || exposed.gap_text end, ', '
            order by exposed.period
        ) as gaps_text,
        bool_and(
            not exposed.is_leak
            or (exposed.amount_variance is not null and exposed.earlier_currency = exposed.currency)
        ) as is_known,
        sum(case when exposed.is_leak then exposed.amount_variance end) as known_amount,
        sum(
            case
                when exposed.is_leak and exposed.months_back <= terms.backbill_months then exposed.amount_variance
                else 0
            end
        ) as known_collectable
    from exposed
    left join terms on exposed.line_key = terms.line_key
    where exposed.period >= exposed.exposed_since
    group by exposed.line_key
),

judged as (
    select
        line_key,
        currency,
        exposure_months,
        backbill_months,
        months_text,
        gaps_text,
        case when is_known then known_amount end as exposure_amount,
        case when is_known and backbill_months is not null then known_collectable end as collectable_amount
    from summed
)

select
    coalesce(judged.line_key, missed.line_key) as line_key,
    judged.exposure_months,
    judged.exposure_amount,
    judged.collectable_amount,
    coalesce(
        ' In ' || strftime(missed.promised_in, '%Y-%m') || ' this was timing, to clear in '
        || strftime(missed.promised_in + interval 1 month, '%Y-%m') || ': it has not cleared.',
        ''
    )
    || coalesce(
        ' Stood in ' || judged.exposure_months
        || case when judged.exposure_months = 1 then ' earlier month (' else ' earlier months (' end
        || judged.months_text || '): ' || coalesce(
            {{ money_text('judged.exposure_amount', 'judged.currency') }}, 'an unknown amount'
        )
        || ' exposed'
        || coalesce(', without ' || judged.gaps_text, '')
        || case
            when judged.collectable_amount is null then ''
            else
                '; the contract lets ' || judged.backbill_months || ' months be billed back: '
                || {{ money_text('judged.collectable_amount', 'judged.currency') }} || ' collectable, '
                || {{ money_text('judged.exposure_amount - judged.collectable_amount', 'judged.currency') }}
                || ' beyond the limit'
        end || '.',
        ''
    ) as exposure_text
from judged
full join missed on judged.line_key = missed.line_key
