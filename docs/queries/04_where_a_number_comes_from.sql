-- Where does a number come from? The source rows behind the largest discrepancy of each currency.
select d.currency, e.side, e.source_system, e.source_table, e.source_record_id, e.quantity, e.mapping_id, e.rule_id
from analytics.evidence as e
inner join analytics.discrepancies as d using (period, line_key)
where d.rank = 1
order by d.currency, e.side, e.source_system, e.source_record_id;
