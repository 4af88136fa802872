-- Which clients leak most? One row per client and currency.
select client_name, currency, underbilled_amount, overbilled_amount, discrepancy_count
from analytics.client_summary
where underbilled_amount > 0 or overbilled_amount > 0
order by underbilled_amount desc, client_name
limit 20;
