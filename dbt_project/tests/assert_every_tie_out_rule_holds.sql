-- Fails with each control whose two totals differ: the run is not published.
-- A source that is already not assessed passes with its gap shown: its lines are kept out of every total, so it must
-- not hold back the others. Determinism is not asserted here: it compares published runs and belongs to publishing.
select
    rule,
    source_system,
    currency,
    subject,
    left_total,
    right_total,
    difference,
    note
from {{ ref('tie_out') }}
where not passed
