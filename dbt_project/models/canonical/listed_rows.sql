{{ config(materialized='view') }}

{% for listed in listed_tables() if listed.layer != 'marts' %}
    {{ listed_totals(listed) }}
    {{ 'union all' if not loop.last }}
{% endfor %}
