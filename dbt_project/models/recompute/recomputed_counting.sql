{{ config(materialized='ephemeral') }}

-- How products are counted on the last day, as said of one client or of all ('*'); a rule for a product goes before one
-- for its group. Who reads this takes the client's own rule before the one for all.
with run as (
    select * from {{ source('control', 'run') }}
),

counting as (
    select
        coalesce(nullif(trim(rules.client_id), ''), '*') as client_id,
        trim(rules.product_id) as said_of,
        rules as stated  -- noqa: RF02
    from {{ source('rules', 'counting') }} as rules
    cross join run
    where {{ holds('rules') }}
),

members as (
    select
        'group:' || trim(rules.product_group) as said_of,
        trim(rules.product_id) as product_id
    from {{ source('rules', 'product_groups') }} as rules
    cross join run
    where {{ holds('rules') }}
)

select
    counting.client_id,
    coalesce(members.product_id, counting.said_of) as product_id,
    max_by(counting.stated, (members.product_id is null, counting.stated.valid_from, -counting.stated.line)) as stated
from counting
left join members on counting.said_of = members.said_of
group by all
