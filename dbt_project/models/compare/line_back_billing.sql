with classified as (
    select * from {{ ref('classified_lines') }}
    where class in ('unbilled', 'underbilled')
),

earlier as (
    select * from {{ ref('earlier_findings') }}
    where class in ('unbilled', 'underbilled')
),

terms as (
    select * from {{ ref('line_terms') }}
),

run as (
    select * from {{ ref('current_run') }}
),

-- Newest first: as long as place and distance in months agree, no month in between was billed right, or not run at all.
months as (
    select
        classified.line_key,
        classified.currency,
        earlier.period,
        earlier.currency as earlier_currency,
        earlier.revenue_impact,
        date_diff('month', earlier.period, run.period) as months_back,
        row_number() over (partition by classified.line_key order by earlier.period desc) as place
    from classified
    cross join run
    inner join earlier on classified.line_key = earlier.line_key
),

-- Whole months only: the month at hand can still be put right before its invoice leaves. Unknown or foreign money of
-- one month leaves the sum unknown.
summed as (
    select
        months.line_key,
        cast(count(*) as integer) as exposure_months,
        min(months.period) as exposed_since,
        any_value(terms.backbill_months) as backbill_months,
        case
            when bool_and(months.revenue_impact is not null and months.earlier_currency = months.currency)
                then sum(months.revenue_impact)
        end as exposure_amount,
        case
            when
                any_value(terms.backbill_months) is not null
                and bool_and(months.revenue_impact is not null and months.earlier_currency = months.currency)
                then
                    coalesce(
                        sum(months.revenue_impact) filter (where months.months_back <= terms.backbill_months), 0
                    )
        end as collectable_amount
    from months
    left join terms on months.line_key = terms.line_key
    where months.place = months.months_back
    group by months.line_key
)

select
    *,
    ' Stood for ' || exposure_months || case when exposure_months = 1 then ' whole month' else ' whole months' end
    || ' before this one, since ' || strftime(exposed_since, '%Y-%m') || ': '
    || coalesce({{ money_text('exposure_amount') }}, 'an unknown amount') || ' exposed'
    || case
        when collectable_amount is null then ''
        else
            '; the contract lets ' || backbill_months || ' months be billed back: '
            || {{ money_text('collectable_amount') }} || ' collectable, '
            || {{ money_text('exposure_amount - collectable_amount') }} || ' beyond the limit'
    end || '.' as exposure_text
from summed
