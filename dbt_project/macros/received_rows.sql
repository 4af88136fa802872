{#
    Rows of one raw table that the current reads brought, how many keys they come to, and how many keys stood there
    before the newest read. Superseded versions and twice-delivered rows are the difference between rows and keys.
#}
{% macro received_rows(system, table, key, account_column=none) %}
    select
        '{{ system }}' as source_system,
        '{{ table }}' as table_name,
        count(*) as received_rows,
        count(distinct ({{ key | join(', ') }})) as accepted_rows,
        count(distinct ({{ key | join(', ') }})) filter (where not only_newest) as earlier_keys
    from (
        select
            {{ key | join(', ') }},
            loads.only_newest
        from {{ source('raw_' ~ system, table) }} as raw_rows
        inner join current_loads as loads
            on
                raw_rows._dlt_load_id = loads.load_id
                and loads.source_system = '{{ system }}'
                and loads.table_name = '{{ table }}'
                {% if account_column %}and raw_rows.{{ account_column }} = loads.raw_account_id{% endif %}
    ) as counted_rows
{% endmacro %}
