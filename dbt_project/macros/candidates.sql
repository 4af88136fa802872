{# True for the best candidate of its left side where no other comes within 0.02: two close in score produce no match. #}
{% macro is_unambiguous(left_side, score) -%}
    count(*) over (
        partition by {{ left_side }}
        order by {{ score }} desc
        range between unbounded preceding and 0.02 following
    ) = 1
{%- endmacro %}
