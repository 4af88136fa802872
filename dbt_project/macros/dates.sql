{# The UTC day of a time. Vendors send days as T00:00:00Z: cut, never converted to a local zone. #}
{% macro utc_date(moment) -%}
    cast({{ moment }} at time zone 'UTC' as date)
{%- endmacro %}

{# The day of a time where the home is: its runs and reads, unlike the vendors' days, belong to days of its own clock. #}
{% macro home_date(moment, run='run') -%}
    cast({{ moment }} at time zone {{ run }}.timezone as date)
{%- endmacro %}

{# True where a half-open validity [valid_from, valid_to) holds the day; NULL bounds are open. #}
{% macro in_force(valid_from, valid_to, day) -%}
    (({{ valid_from }} is null or {{ valid_from }} <= {{ day }}) and ({{ valid_to }} is null or {{ day }} < {{ valid_to }}))
{%- endmacro %}

{# 2100-01-01 in seconds since 1970: times of ours lie before it, and milliseconds, the usual mistake, far behind. #}
{% macro last_second() -%}
    4102444800
{%- endmacro %}
