{# Schemas carry their own names (staging, canonical, ...): a home is one database, so no target prefix is needed. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
