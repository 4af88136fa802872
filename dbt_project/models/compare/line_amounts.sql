-- What the period's bill comes to, and what it should: the quantities of a line may agree while its amounts do not.
with classified as (
    select * from {{ ref('classified_lines') }}
    where is_assessed
),

lines as (
    select
        line_key,
        line_part
    from {{ ref('lines') }}
    where line_part = 'main'
),

billed_amounts as (
    select * from {{ ref('billed_amounts') }}
),

price_drifts as (
    select * from {{ ref('price_drifts') }}
),

prorated as (
    select * from {{ ref('prorated_lines') }}
),

-- What a line carries of a shared minimum is known at the end and not by day.
shared_minimums as (
    select line_key from {{ ref('line_minimums') }}
),

-- Where a day is missing, the quantity at the end is known and what the month comes to is not.
line_counts as (
    select * from {{ ref('line_counts') }}
    where counted_when = 'prorated'
),

-- Kept as they are found: each use would find them once more, and a rounded amount stands in several sentences.
amounts as materialized (
    select
        classified.line_key,
        classified.currency,
        classified.variance,
        prorated.unit_days,
        prorated.average_quantity,
        prorated.days_text,
        coalesce(billed_amounts.is_by_day, false) or line_counts.line_key is not null as is_by_day,
        case
            when line_counts.line_key is not null and shared_minimums.line_key is not null then null
            when line_counts.line_key is not null then prorated.expected_amount
            -- What differs at the end beside lines that came or went within the period: nobody knows since when.
            when billed_amounts.is_by_day and billed_amounts.is_changed_within and classified.variance != 0 then null
            -- Where the agreement prorates and one count stands for the whole period, the lines' dates say what each
            -- day was; only what differs at the end comes on top, for the days of the agreement.
            when billed_amounts.is_by_day
                then
                    case
                        when classified.price_source = 'contract' then billed_amounts.contract_amount
                        else billed_amounts.billed_amount
                    end
                    + {{
                        share_of(
                            'classified.unrounded_impact', 'billed_amounts.due_days', 'billed_amounts.period_days'
                        )
                    }}
            when classified.expected_quantity = 0 then 0
            -- Rows of several prices come to their own sum, changed by what the difference is worth.
            when classified.price_source = 'line' then classified.full_amount + classified.unrounded_impact
            else {{ times('classified.expected_quantity', 'classified.unit_price') }}
        end as expected_amount,
        case when billed_amounts.line_key is null then 0 else billed_amounts.billed_amount end as billed_amount,
        case when price_drifts.line_key is null then 0 else price_drifts.drift_amount end as drift_amount,
        -- What of the bill rests on another price than was signed, for its own days.
        case
            when line_counts.line_key is not null then coalesce(prorated.drift_amount, 0)
            when price_drifts.drift_amount is null then 0
            else billed_amounts.contract_amount - billed_amounts.billed_amount
        end as drift_in_period
    from classified
    inner join lines on classified.line_key = lines.line_key
    left join billed_amounts on classified.line_key = billed_amounts.line_key
    left join line_counts on classified.line_key = line_counts.line_key
    left join shared_minimums on classified.line_key = shared_minimums.line_key
    left join prorated on classified.line_key = prorated.line_key
    left join price_drifts on classified.line_key = price_drifts.line_key
),

paid as materialized (
    select
        line_key,
        currency,
        variance,
        unit_days,
        average_quantity,
        days_text,
        is_by_day,
        {{ payable('expected_amount', 'currency') }} as expected_amount,
        {{ payable('billed_amount', 'currency') }} as billed_amount,
        {{ payable('drift_amount', 'currency') }} as price_drift_amount,
        {{ payable('expected_amount - billed_amount - drift_in_period', 'currency') }} as amount_apart
    from amounts
)

select
    line_key,
    currency,
    unit_days,
    average_quantity,
    expected_amount,
    billed_amount,
    price_drift_amount,
    -- Where the quantities agree, the bill does not come to what it should, and no other price explains that.
    case when variance = 0 then amount_apart else 0 end as amount_difference_amount,
    -- Where a line is not billed or not due for the whole period alike, the sentence says what both come to.
    case
        when is_by_day and expected_amount is not null and billed_amount is not null
            then
                ' By day: ' || coalesce(days_text || ', ', '')
                || {{ money_text('expected_amount', 'currency') }} || ' ' || currency || ' due, '
                || {{ money_text('billed_amount', 'currency') }} || ' billed.'
    end as days_text
from paid
