with lines as (
    select * from {{ ref('lines') }}
    where line_part = 'main'
),

tolerances as (
    select * from {{ ref('stg_rules__tolerances') }}
),

run as (
    select * from {{ ref('current_run') }}
)

-- The client's own tolerance goes before the one for any client, also where it is the smaller.
select
    lines.line_key,
    tolerances.tolerance,
    tolerances.rule_id
from lines
cross join run
inner join tolerances
    on
        lines.product_id = tolerances.product_id
        and tolerances.client_id in (lines.client_id, '*')
where {{ in_force('tolerances.valid_from', 'tolerances.valid_to', 'run.cutoff_date') }}
qualify
    row_number() over (
        partition by lines.line_key
        order by tolerances.client_id = '*', length(tolerances.rule_id), tolerances.rule_id
    ) = 1
