-- Did we catch everything? Coverage, and which sources stand behind it.
select
    p.period,
    round(sum(p.assessed_billed_quantity) / nullif(sum(p.billed_quantity), 0) * 100, 1) as billed_coverage_percent,
    round(sum(p.assessed_census_quantity) / nullif(sum(p.census_quantity), 0) * 100, 1) as census_coverage_percent,
    (select list(source_system || ': ' || status order by source_system) from analytics.source_health) as sources
from analytics.period_summary as p
group by p.period;
