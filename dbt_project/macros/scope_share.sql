{#
    What a line gets of a client's units of a product: first what it includes, then what it bills, after what the lines
    before it take; the first line takes the rest. All of them where the product has one line. Reads `scopes`.
#}
{% macro scope_share(quantity) -%}
    case
        when coalesce(scopes.scope_count, 1) = 1 then {{ quantity }}
        else
            greatest(0, least(scopes.included_quantity, {{ quantity }} - scopes.included_before))
            + greatest(0, least(scopes.billed_quantity, {{ quantity }} - scopes.billed_before))
            + case when scopes.place = 1 then greatest(0, {{ quantity }} - scopes.claimed_quantity) else 0 end
    end
{%- endmacro %}
