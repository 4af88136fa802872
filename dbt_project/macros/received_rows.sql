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

{# Every raw table with its key, as declared beside the connectors; a test holds the two together. #}
{% macro raw_tables() %}
    {{ return([
        {'system': 'connectwise', 'table': 'companies', 'key': ['id']},
        {'system': 'connectwise', 'table': 'agreements', 'key': ['id']},
        {'system': 'connectwise', 'table': 'additions', 'key': ['id']},
        {'system': 'connectwise', 'table': 'catalog', 'key': ['id']},
        {'system': 'connectwise', 'table': 'invoices', 'key': ['id']},
        {'system': 'microsoft_graph', 'table': 'tenants', 'key': ['tenant_id']},
        {'system': 'microsoft_graph', 'table': 'subscribed_skus', 'key': ['tenant_id', 'sku_id'], 'account_column': 'tenant_id'},
        {'system': 'microsoft_graph', 'table': 'license_assignments', 'key': ['tenant_id', 'sku_id', 'user_id'], 'account_column': 'tenant_id'},
        {'system': 'microsoft_graph', 'table': 'directory_subscriptions', 'key': ['tenant_id', 'id'], 'account_column': 'tenant_id'},
        {'system': 'pax8', 'table': 'companies', 'key': ['id']},
        {'system': 'pax8', 'table': 'products', 'key': ['id']},
        {'system': 'pax8', 'table': 'subscriptions', 'key': ['id']},
        {'system': 'pax8', 'table': 'invoices', 'key': ['id']},
        {'system': 'pax8', 'table': 'invoice_items', 'key': ['id']},
        {'system': 'ninjaone', 'table': 'organizations', 'key': ['id']},
        {'system': 'ninjaone', 'table': 'devices', 'key': ['id']},
        {'system': 'ninjaone', 'table': 'computer_systems', 'key': ['device_id']},
        {'system': 'exports', 'table': 'billing_lines', 'key': ['source_name', 'file_hash', 'sheet_name', 'row_number']},
        {'system': 'exports', 'table': 'vendor_quantities', 'key': ['source_name', 'file_hash', 'sheet_name', 'row_number']},
    ]) }}
{% endmacro %}
