{#
    Joins the counting rules that hold for a client: its own where a rule names it, else those for all clients, which
    stand under `*`. A client that nobody knows goes by those as well.
#}
{% macro counting_client(client_id, rules='counting_rules') -%}
    {{ rules }}.client_id = case
        when
            {{ client_id }} in (
                select named.client_id
                from {{ ref('counting_rules') }} as named
                where named.client_id != '*'
            )
            then {{ client_id }}
        else '*'
    end
{%- endmacro %}
