-- Everything about one client, clean lines included. Change the name in the last line but one.
select product_name, basis, billed_quantity, expected_quantity, variance, revenue_impact, class, explanation
from analytics.reconciliation
where client_name = (select client_name from analytics.discrepancies order by rank, currency limit 1)
order by currency, abs(coalesce(revenue_impact, 0)) desc, product_name;
