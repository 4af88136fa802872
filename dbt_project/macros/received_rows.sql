{#
    Rows of one raw table that the current reads brought, how many keys they come to, and how many keys stood there
    before the newest read. Superseded versions and twice-delivered rows are the difference between rows and keys.

    Of the keys that count in this run come three totals, taken here from the raw rows alone, so that the end of the
    chain can be held against them: how many they are, their quantity, and a hash total of record id and quantity (two
    records lost and doubled, or two quantities swapped, leave the other two totals as they were).
#}
{% macro received_rows(system, table, key, account_column=none) %}
    {%- set totals = control_totals(system, table) %}
    select
        '{{ system }}' as source_system,
        '{{ table }}' as table_name,
        cast(coalesce(sum(deliveries), 0) as bigint) as received_rows,
        count(*) as accepted_rows,
        count(*) filter (where was_there_before) as earlier_keys,
        count(*) filter (where is_current) as current_rows,
        coalesce(sum(quantity) filter (where is_current), 0) as quantity_total,
        {{ hash_total('record_id', 'quantity', where='is_current') }} as record_total
    from (
        select
            count(*) as deliveries,
            bool_or(not loads.only_newest) as was_there_before,
            bool_or({{ totals.is_current }}) as is_current,
            {{ totals.record_id }} as record_id,
            coalesce(cast(arg_max(
                {{ totals.quantity }},
                {
                    'captured_at': loads.captured_at,
                    'newest': {{ 'coalesce(' ~ totals.newest_by ~ ", timestamptz '0001-01-01 00:00:00+00')" if totals.newest_by else 'null' }},
                    'row_hash': -cast(hash(_source_row) as hugeint)
                }
            ) as decimal(18, 4)), 0) as quantity
        from {{ source('raw_' ~ system, table) }} as raw_rows
        inner join current_loads as loads
            on
                raw_rows._dlt_load_id = loads.load_id
                and loads.source_system = '{{ system }}'
                and loads.table_name = '{{ table }}'
                {% if account_column %}and raw_rows.{{ account_column }} = loads.raw_account_id{% endif %}
        group by {{ key | join(', ') }}
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
        {'system': 'exports', 'table': 'billing_lines', 'key': ['source_name', 'file_hash', 'sheet_name', 'row_number'], 'account_column': 'source_name'},
        {'system': 'exports', 'table': 'vendor_quantities', 'key': ['source_name', 'file_hash', 'sheet_name', 'row_number'], 'account_column': 'source_name'},
    ]) }}
{% endmacro %}
