{#
    Shares out what a group of lines lacks of its minimum. First to the lines that are billed more than they reach, up to
    what they are billed, in the order of their keys; the rest to the line that reaches most.
#}
{% macro minimum_shares(members) -%}
    select
        line_key,
        minimum_scope,
        group_text,
        minimum_quantity,
        group_quantity,
        line_count,
        shortfall,
        greatest(0, least(room, shortfall - room_before))
        + case when is_largest then greatest(0, shortfall - room_in_all) else 0 end as raised_quantity
    from (
        select
            *,
            minimum_quantity - group_quantity as shortfall,
            coalesce(sum(room) over (
                partition by group_key order by line_key rows between unbounded preceding and 1 preceding
            ), 0) as room_before,
            sum(room) over (partition by group_key) as room_in_all
        from (
            select
                *,
                greatest(0, billed_quantity - reached_quantity) as room,
                sum(reached_quantity) over (partition by group_key) as group_quantity,
                count(*) over (partition by group_key) as line_count,
                row_number() over (partition by group_key order by reached_quantity desc, line_key asc) = 1
                    as is_largest
            from {{ members }}
        )
    )
    where shortfall > 0
{%- endmacro %}
