{# The UTC day of a time. Vendors send days as T00:00:00Z: cut, never converted to a local zone. #}
{% macro utc_date(moment) -%}
    cast({{ moment }} at time zone 'UTC' as date)
{%- endmacro %}

{# True where a half-open validity [valid_from, valid_to) holds the day; NULL bounds are open. #}
{% macro in_force(valid_from, valid_to, day) -%}
    (({{ valid_from }} is null or {{ valid_from }} <= {{ day }}) and ({{ valid_to }} is null or {{ day }} < {{ valid_to }}))
{%- endmacro %}
