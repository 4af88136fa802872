{{ config(materialized='ephemeral') }}

with run as (
    select * from {{ source('control', 'run') }}
)

select
    trim(rules.client_id) as client_id,
    trim(rules.agreement_id) as agreement_id,
    trim(rules.product_id) as product_id,
    nullif(trim(rules.basis), '') as basis,
    rules.fixed_quantity,
    rules.minimum_quantity,
    rules.minimum_scope,
    rules.contract_price,
    upper(trim(rules.currency)) as contract_currency,
    2 * cast(trim(rules.product_id) = '*' as integer) + cast(trim(rules.agreement_id) = '*' as integer) as breadth
from {{ source('rules', 'terms') }} as rules
cross join run
where {{ holds('rules') }}
