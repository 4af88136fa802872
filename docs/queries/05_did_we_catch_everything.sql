-- Did we catch everything? Coverage, and which sources stand behind it.
select
    p.period,
    p.currency,
    round(p.money_coverage * 100, 1) as money_coverage_percent,
    round(p.unit_coverage * 100, 1) as unit_coverage_percent,
    p.unpriced_billable_quantity as units_without_price,
    (select list(source_system || ': ' || status order by source_system) from analytics.source_health) as sources
from analytics.period_summary as p
order by p.period, p.currency;
