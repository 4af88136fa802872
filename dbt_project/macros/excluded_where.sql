{#
    The vendor rows that an exclusion rule takes out, joined by one way of naming them. Each way is a join of its own, so
    that every join has an equality to go by: compared with every row, a list of a thousand excluded users would take as
    long as a thousand runs.
#}
{% macro excluded_where(condition, rows='vendor_rows') -%}
    select
        vendor_rows.source_system,
        vendor_rows.source_table,
        vendor_rows.source_record_id,
        exclusions.rule_id,
        exclusions.reason
    from {{ rows }} as vendor_rows
    inner join exclusions
        on
            {{ condition }}
            and exclusions.client_id in (vendor_rows.client_id, '*')
            and exclusions.source_system in (vendor_rows.source_system, '*')
            and exclusions.vendor_product_id in (vendor_rows.vendor_product_id, '*')
{%- endmacro %}
