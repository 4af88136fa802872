{# A view is replaced where it stands, as a table is (see table.sql). #}
{% materialization view, adapter='duckdb' %}
    {%- set target_relation = this.incorporate(type='view') -%}
    {%- set existing_relation = load_cached_relation(this) -%}

    {%- if existing_relation is not none -%}
        {% do drop_relation_in_transaction(existing_relation) %}
    {%- endif -%}
    {%- call statement('main') -%}
        {{- get_create_view_as_sql(target_relation, sql) -}}
    {%- endcall -%}
    {% do persist_docs(target_relation, model) %}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
