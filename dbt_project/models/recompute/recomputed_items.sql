{{ config(materialized='ephemeral') }}

-- Items of the PSA that are sold as another product on the last day.
select
    trim(rules.item_id) as item_id,
    max_by(trim(rules.product_id), (rules.valid_from, -rules.line)) as product_id
from {{ source('rules', 'item_map') }} as rules
cross join {{ source('control', 'run') }} as run
where {{ holds('rules') }}
group by trim(rules.item_id)
