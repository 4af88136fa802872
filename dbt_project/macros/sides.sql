{#
    The column of the side that a row is about, NULL where it is none of the three; `column` names it with {} for the side:
    of_side('basis', 'rules.{}_source') is rules.owned_source where the basis is owned.
#}
{% macro of_side(side, column) -%}
    case {{ side }}
        {% for one in ('owned', 'used', 'charged') %}
        when '{{ one }}' then {{ column.format(one) }}
        {% endfor %}
    end
{%- endmacro %}
