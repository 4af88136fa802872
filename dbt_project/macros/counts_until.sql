{#
    Up to when reads of a table count. A vendor's state (a census, its subscriptions) has no past, so it counts up to the
    cut-off. The PSA is read up to as-of, since billing is set up until the invoices leave; so are files in the inbox,
    which say nothing of when their content was true, and a vendor's dated documents: an invoice that arrives after the
    period's end still says which days it charges. Where nobody read a source in a period that is over, its first good read
    after it counts instead (current_reads).
#}
{% macro counts_until(reads, sources, run) -%}
    case
        when {{ sources }}.role = 'psa' or {{ sources }}.source_system = 'exports' then {{ run }}.as_of
        {%- for document in dated_documents() %}
        when {{ reads }}.source_system = '{{ document.system }}' and {{ reads }}.table_name = '{{ document.table }}'
            then {{ run }}.as_of
        {%- endfor %}
        else {{ run }}.cutoff
    end
{%- endmacro %}

{# The vendors' tables in mode `versions`; a test holds them to the declarations beside the connectors. #}
{% macro dated_documents() %}
    {{ return([
        {'system': 'pax8', 'table': 'invoices'},
        {'system': 'pax8', 'table': 'invoice_items'},
    ]) }}
{% endmacro %}
