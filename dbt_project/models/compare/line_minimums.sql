with grouped as (
    select * from {{ ref('minimum_groups') }}
),

-- The narrower minimum is reached first, as with every term: that of a product which several lines bill, then that of
-- a pool, then that of the agreement around it.
products as (
    select
        *,
        expected_quantity as reached_quantity
    from grouped
    where minimum_scope = 'line' and is_assessable
),

product_shares as (
    {{ minimum_shares('products') }}
),

pools as (
    select
        grouped.*,
        grouped.expected_quantity + coalesce(product_shares.raised_quantity, 0) as reached_quantity
    from grouped
    left join product_shares on grouped.line_key = product_shares.line_key
    where grouped.minimum_scope = 'pool' and grouped.is_assessable
),

pool_shares as (
    {{ minimum_shares('pools') }}
),

agreements as (
    select
        grouped.*,
        grouped.expected_quantity
        + coalesce(product_shares.raised_quantity, 0)
        + coalesce(pool_shares.raised_quantity, 0) as reached_quantity
    from grouped
    left join product_shares on grouped.line_key = product_shares.line_key
    left join pool_shares on grouped.line_key = pool_shares.line_key
    where grouped.minimum_scope = 'agreement' and grouped.is_assessable
),

agreement_shares as (
    {{ minimum_shares('agreements') }}
),

shares as (
    select * from product_shares
    union all
    select * from pool_shares
    union all
    select * from agreement_shares
)

select
    line_key,
    sum(raised_quantity) as raised_quantity,
    string_agg(
        '; raised by ' || {{ plain_number('raised_quantity') }}
        || case
            when raised_quantity = shortfall then ''
            else ' of ' || {{ plain_number('shortfall') }}
        end
        || ' to the minimum of ' || {{ plain_number('minimum_quantity') }} || ' of ' || group_text || ' ('
        || {{ plain_number('group_quantity') }} || ' expected on ' || line_count
        || case when line_count = 1 then ' line)' else ' lines)' end,
        ''
        order by minimum_scope desc
    ) as minimum_text
from shares
where raised_quantity > 0
group by line_key
