{# Drop what stands under a model's name, whether it is a table or a view by now; the model's own transaction does it. #}
{% macro drop_relation_in_transaction(relation) -%}
    {%- call statement('drop_existing') -%}
        drop {{ relation.type }} if exists {{ relation }} cascade
    {%- endcall -%}
{%- endmacro %}
