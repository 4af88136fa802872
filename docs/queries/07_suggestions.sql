-- Suggested mappings, best first. Copy the ones you confirm into rules/client_map.csv or rules/product_map.csv.
select kind, source_system, left_id, left_name, right_id, right_name, score, reasons
from analytics.mapping_suggestions
order by score desc, left_name;
