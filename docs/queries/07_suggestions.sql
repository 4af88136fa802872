-- Suggested mappings, best first. tieout map confirms them (docs/mapping.md).
select kind, source_system, left_id, left_name, right_id, right_name, score, tier, reasons
from analytics.mapping_suggestions
order by score desc, left_name;
