-- Which clients leak most? One row per client and currency, the currencies apart.
select client_name, currency, underbilled_amount, overbilled_amount, discrepancy_count
from analytics.client_summary
where underbilled_amount > 0 or overbilled_amount > 0
qualify row_number() over (partition by currency order by underbilled_amount desc, client_name) <= 20
order by currency, underbilled_amount desc, client_name;
