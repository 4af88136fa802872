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
)

select
    classified.line_key,
    prorated.unit_days,
    prorated.average_quantity,
    case
        when line_counts.line_key is not null and shared_minimums.line_key is not null then null
        when line_counts.line_key is not null then {{ payable('prorated.expected_amount', 'classified.currency') }}
        -- Where the agreement prorates and one count stands for the whole period, the lines' own dates say what each
        -- day was; only what differs at the end comes on top, for the days of the agreement.
        {% set difference = share_of(
            'classified.unrounded_impact', 'billed_amounts.due_days', 'billed_amounts.period_days'
        ) %}
        when billed_amounts.is_by_day
            then {{ payable('billed_amounts.billed_amount + ' ~ difference, 'classified.currency') }}
        when classified.expected_quantity = 0 then 0
        else {{ payable(times('classified.expected_quantity', 'classified.unit_price'), 'classified.currency') }}
    end as expected_amount,
    case
        when billed_amounts.line_key is null then 0
        else {{ payable('billed_amounts.billed_amount', 'classified.currency') }}
    end as billed_amount
from classified
inner join lines on classified.line_key = lines.line_key
left join billed_amounts on classified.line_key = billed_amounts.line_key
left join line_counts on classified.line_key = line_counts.line_key
left join shared_minimums on classified.line_key = shared_minimums.line_key
left join prorated on classified.line_key = prorated.line_key
