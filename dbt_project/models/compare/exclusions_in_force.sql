with exclusions as (
    select * from {{ ref('stg_rules__exclusions') }}
),

run as (
    select * from {{ ref('current_run') }}
)

select
    exclusions.rule_id,
    exclusions.client_id,
    exclusions.source_system,
    exclusions.vendor_product_id,
    exclusions.source_record_id,
    exclusions.reason,
    exclusions.owner
from exclusions
cross join run
where {{ in_force('exclusions.valid_from', 'exclusions.valid_to', 'run.cutoff_date') }}
