-- Which vendor accounts and products wait for a mapping, the most money first, and what is suggested? Confirm: tieout map.
with best as (
    select kind, source_system, left_id, right_name, tier
    from analytics.mapping_suggestions
    qualify row_number() over (partition by kind, source_system, left_id order by score desc, right_id) = 1
)

select
    q.kind,
    q.source_system,
    q.left_id,
    q.left_name,
    q.waiting_amount,
    q.currency,
    q.other_amounts,
    q.waiting_quantity,
    q.holds,
    b.right_name as suggested,
    b.tier
from analytics.mapping_queue as q
left join best as b on b.kind = q.kind and b.source_system = q.source_system and b.left_id = q.left_id
where q.own_quantity > 0
order by q.currency nulls last, q.waiting_amount desc nulls last, q.waiting_quantity desc, q.left_id;
