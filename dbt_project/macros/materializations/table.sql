{#
  A table is replaced where it stands, in one transaction. dbt's own way (build beside, rename twice, drop) asks the
  database six questions a model, and Python's part of them took a third of a run. Readers never see the warehouse while
  it is built (they read the published copy), and a transaction that is cut off leaves the old table.

  No hooks and no grants: no model here has any.
#}
{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- set language = model['language'] -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_cached_relation(this) -%}

    {%- if existing_relation is not none -%}
        {% do drop_relation_in_transaction(existing_relation) %}
        {#- A Python model writes through a connection of its own, which cannot see what this one has not committed. -#}
        {%- if language == 'python' -%}{{ adapter.commit() }}{%- endif -%}
    {%- endif -%}
    {%- call statement('main', language=language) -%}
        {{- create_table_as(False, target_relation, compiled_code, language) -}}
    {%- endcall -%}
    {% do persist_docs(target_relation, model) %}
    {{ adapter.commit() }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
