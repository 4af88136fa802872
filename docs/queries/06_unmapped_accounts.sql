-- Which vendor accounts wait for a mapping, and which client is suggested?
select
    r.line_key,
    r.client_name as vendor_account,
    r.product_name,
    r.owned_quantity,
    r.used_quantity,
    r.explanation
from analytics.reconciliation as r
where r.class = 'unmapped_client'
order by coalesce(r.owned_quantity, r.used_quantity, r.charged_quantity) desc nulls last, r.line_key;
