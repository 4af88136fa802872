-- Fails with each line that was not assessed and still carries an expected quantity, a variance or money.
-- Unknown is not zero: the billed quantity stays, everything concluded from it must be NULL.
select
    line_key,
    class,
    expected_quantity,
    variance,
    revenue_impact,
    cost_impact
from {{ ref('reconciliation') }}
where
    class in ('not_assessed', 'unmapped_client', 'unmapped_product', 'unallocated')
    and (
        expected_quantity is not null
        or variance is not null
        or revenue_impact is not null
        or cost_impact is not null
    )
