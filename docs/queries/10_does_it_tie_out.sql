-- Does it tie out? Every control of the run; a difference is shown, never absorbed.
select rule, source_system, currency, left_total, right_total, difference, passed
from analytics.tie_out
order by passed, rule, source_system;
