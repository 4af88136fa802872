-- What is it worth? Underbilled and overbilled money a month by class and currency, never netted.
select
    class,
    currency,
    count(*) as lines,
    sum(revenue_impact) filter (where revenue_impact > 0) as underbilled_per_month,
    -sum(revenue_impact) filter (where revenue_impact < 0) as overbilled_per_month
from analytics.discrepancies
where kind = 'billing'
group by class, currency
order by currency, coalesce(underbilled_per_month, 0) + coalesce(overbilled_per_month, 0) desc;
