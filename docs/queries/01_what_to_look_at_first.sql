-- What should I look at first? The ranked list of discrepancies, largest money first.
select rank, client_name, product_name, class, variance, revenue_impact, currency, explanation
from analytics.discrepancies
order by rank
limit 20;
