-- What should I look at first? The discrepancies of each currency, its largest money first.
select rank, client_name, product_name, class, variance, revenue_impact, waiting_amount, currency, explanation
from analytics.discrepancies
where rank <= 20
order by currency, rank;
