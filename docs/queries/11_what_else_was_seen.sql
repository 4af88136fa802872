-- What else was seen, also on lines that match? Each flag with its money a month, the largest of each flag first.
select flag, client_name, product_name, monthly_amount, currency, amount_kind, first_seen, explanation
from analytics.observations
where period = (select max(o.period) from analytics.observations as o)
order by flag, currency nulls last, monthly_amount desc nulls last, line_key;
