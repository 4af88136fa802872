{{ config(materialized='view') }}

with rules as (
    select * from {{ ref('stg_rules__item_map') }}
),

products as (
    select * from {{ ref('products') }}
),

run as (
    select * from {{ ref('stg_control__run') }}
)

select
    rules.item_id,
    rules.product_id,
    rules.rule_id
from rules
cross join run
-- A product that the PSA does not have would take the item's lines out of every comparison.
inner join products on rules.product_id = products.product_id
where {{ in_force('rules.valid_from', 'rules.valid_to', 'run.cutoff_date') }}
qualify row_number() over (partition by rules.item_id order by rules.valid_from desc, rules.rule_id asc) = 1
