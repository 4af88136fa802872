{#
    What a PSA does by its own rule, stored by PSA: whether the day on which a line is cancelled is still billed.
    ConnectWise bills up to the day before; a file says the first day that is no longer billed.
#}
{% macro bills_cancelled_day(system) -%}
    {{ return({'connectwise': false, 'exports': false}[system]) }}
{%- endmacro %}

{# The first day that is not billed, of a line that is cancelled on `day`. #}
{% macro first_day_not_billed(system, day) -%}
    {%- if bills_cancelled_day(system) -%}
        cast({{ day }} + interval 1 day as date)
    {%- else -%}
        {{ day }}
    {%- endif -%}
{%- endmacro %}
