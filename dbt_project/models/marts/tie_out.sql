with controls as (
    select * from {{ ref('tie_out_completeness') }}
    union all by name
    select * from {{ ref('tie_out_exactly_once') }}
    union all by name
    select * from {{ ref('tie_out_invoice') }}
    union all by name
    select * from {{ ref('tie_out_psa') }}
    union all by name
    select * from {{ ref('tie_out_variance_bridge') }}
    union all by name
    select * from {{ ref('tie_out_cross_footing') }}
    union all by name
    select * from {{ ref('tie_out_roll_forward') }}
    union all by name
    select * from {{ ref('tie_out_freshness') }}
    union all by name
    select * from {{ ref('tie_out_recomputation') }}
),

run as (
    select * from {{ ref('current_run') }}
)

select
    controls.rule,
    controls.source_system,
    run.period,
    controls.currency,
    controls.subject,
    cast(controls.left_total as decimal(18, 4)) as left_total,
    cast(controls.right_total as decimal(18, 4)) as right_total,
    cast(controls.left_total - controls.right_total as decimal(18, 4)) as difference,
    -- A total that is missing does not hold.
    coalesce(controls.passed, false) as passed,
    controls.note
from controls
cross join run
order by
    controls.rule,
    controls.source_system,
    controls.subject,
    controls.currency
