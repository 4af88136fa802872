with line_history as (
    select * from {{ ref('line_history') }}
    where kind not in ('explained', 'clean')
),

reconciliation as (
    select * from {{ ref('reconciliation') }}
    where kind not in ('explained', 'clean')
),

run as (
    select * from {{ ref('current_run') }}
)

-- What published runs found, and this run.
select
    period,
    line_key,
    run_id,
    as_of,
    class,
    kind,
    billed_quantity,
    expected_quantity,
    variance,
    revenue_impact,
    currency
from line_history

union all

select
    reconciliation.period,
    reconciliation.line_key,
    run.run_id,
    run.as_of,
    reconciliation.class,
    reconciliation.kind,
    reconciliation.billed_quantity,
    reconciliation.expected_quantity,
    reconciliation.variance,
    reconciliation.revenue_impact,
    reconciliation.currency
from reconciliation
cross join run
