{# One side (billed, owned, used, charged) of the lines on which it moved, for a union of all four. #}
{% macro moved_side(side, place) -%}
    select
        compared.line_key,
        compared.before_as_of,
        {{ place }} as place,
        '{{ side }}' as side,
        compared.before_{{ side }} as quantity_before,
        compared.now_{{ side }} as quantity_now
    from compared
    where compared.before_{{ side }} != compared.now_{{ side }}
{%- endmacro %}
