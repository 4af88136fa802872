{#
    What the completeness control adds up of each raw table, and where its rows stand at the end of the chain.

    Belongs here: for each raw table the id and the quantity of a record as the raw row says them, written down once more
    and on purpose, for a control that used the models' own expressions would share their faults. Does not belong here:
    which rows count as what (`row_dispositions`).
#}

{# The sum of a number made of id and quantity: it moves when a record is lost, doubled, or takes another's quantity. #}
{% macro hash_total(record_id, quantity, where='true') -%}
    cast(coalesce(sum(
        hash({{ record_id }} || ' ' || cast(cast({{ quantity }} as decimal(18, 4)) as varchar)) % 100003
    ) filter (where {{ where }}), 0) as bigint)
{%- endmacro %}

{# A billing row at a negative price is a credit: money, and no units. #}
{% macro billed_units(quantity) -%}
    case when unit_price < 0 and {{ quantity }} >= 0 then 0 else {{ quantity }} end
{%- endmacro %}

{#
    record_id - the id under which the end of the chain knows the record.
    quantity - the number that it carries: units, or money where it has no units; 0 where it has neither.
    newest_by - what settles versions of one key within a read, where the vendor says.
    is_current - whether a key still counts: rows of a Microsoft tenant that left stay in the raw tables.
#}
{% macro control_totals(system, table) -%}
    {%- set export_row = "left(file_hash, 12) || ':' || coalesce(sheet_name, '') || ':' || cast(row_number as varchar)" %}
    {%- set tenant = "lower(trim(tenant_id, ' {}'))" %}
    {%- set own_id = "'connectwise:' || cast(id as varchar)" %}
    {%- set changed = '_info__last_updated' %}
    {%- set here = 'loads.is_present' %}
    {%- set found = {
        'connectwise.companies': {'record_id': own_id, 'newest_by': changed},
        'connectwise.agreements': {'record_id': own_id, 'newest_by': changed},
        'connectwise.additions': {
            'record_id': 'cast(id as varchar)',
            'quantity': billed_units('coalesce(billed_quantity, quantity - coalesce(less_included, 0))')
        },
        'connectwise.catalog': {'record_id': own_id, 'quantity': 'price', 'newest_by': changed},
        'connectwise.invoices': {
            'record_id': 'cast(id as varchar)', 'quantity': 'subtotal', 'newest_by': changed
        },
        'microsoft_graph.tenants': {'record_id': tenant},
        'microsoft_graph.subscribed_skus': {
            'record_id': tenant ~ " || ':' || lower(trim(sku_id, ' {}'))",
            'quantity': 'coalesce(prepaid_units__enabled, 0) + coalesce(prepaid_units__warning, 0)',
            'is_current': here
        },
        'microsoft_graph.license_assignments': {
            'record_id': tenant ~ " || ':' || lower(trim(sku_id, ' {}')) || ':' || lower(trim(user_id, ' {}'))",
            'quantity': '1',
            'is_current': here
        },
        'microsoft_graph.directory_subscriptions': {
            'record_id': tenant ~ " || ':' || lower(trim(id, ' {}'))", 'quantity': 'total_licenses', 'is_current': here
        },
        'pax8.companies': {'record_id': 'trim(id)'},
        'pax8.products': {'record_id': 'trim(id)'},
        'pax8.subscriptions': {'record_id': 'trim(id)', 'quantity': 'quantity'},
        'pax8.invoices': {'record_id': 'trim(id)', 'quantity': 'total'},
        'pax8.invoice_items': {'record_id': 'trim(id)', 'quantity': 'quantity'},
        'ninjaone.organizations': {'record_id': 'cast(id as varchar)'},
        'ninjaone.devices': {'record_id': 'cast(id as varchar)', 'quantity': '1'},
        'ninjaone.computer_systems': {'record_id': 'cast(device_id as varchar)'},
        'exports.billing_lines': {
            'record_id': export_row, 'quantity': billed_units('quantity - coalesce(included_quantity, 0)')
        },
        'exports.vendor_quantities': {'record_id': export_row, 'quantity': 'quantity'},
    }[system ~ '.' ~ table] %}
    {{- return({
        'record_id': found.record_id,
        'quantity': found.quantity or '0',
        'newest_by': found.newest_by,
        'is_current': found.is_current or 'true'
    }) -}}
{%- endmacro %}

{# How many records stand at an end of the chain, their quantity, and the hash total of both. #}
{% macro end_totals(record_id, quantity) -%}
    count(*) as end_rows,
    coalesce(sum(cast({{ quantity }} as decimal(18, 4))), 0) as end_quantity,
    {{ hash_total(record_id, 'coalesce(' ~ quantity ~ ', 0)') }} as end_records
{%- endmacro %}

{# The raw tables whose rows carry a quantity: each of their rows ends with one disposition. #}
{% macro disposed_tables() %}
    {{ return([
        ('connectwise', 'additions'),
        ('microsoft_graph', 'subscribed_skus'),
        ('microsoft_graph', 'license_assignments'),
        ('pax8', 'subscriptions'),
        ('pax8', 'invoice_items'),
        ('ninjaone', 'devices'),
        ('exports', 'billing_lines'),
        ('exports', 'vendor_quantities'),
    ]) }}
{% endmacro %}

{# The totals of one of `listed_tables`. #}
{% macro listed_totals(listed) %}
    select
        '{{ listed.system }}' as source_system,
        '{{ listed.table }}' as table_name,
        '{{ listed.name or listed.model }}' as end_table,
        {{ 'true' if listed.quantity else 'false' }} as states_quantity,
        {{ 'true' if listed.is_counted_only else 'false' }} as is_counted_only,
        {{ end_totals(listed.id, listed.quantity or '0') }}
    from {{ ref(listed.model) }} as listed
    {%- if listed.also_in %}
    semi join {{ ref(listed.also_in) }} as named on listed.{{ listed.id }} = named.{{ listed.id }}
    {%- endif %}
    {%- if listed.where %}
    where {{ listed.where }}
    {%- endif %}
{%- endmacro %}

{#
    Where the rows of the other raw tables end, and where the items of an invoice end besides. `also_in`: the table lists
    others as well, so only those that staging names are counted. `is_counted_only`: it says another number of them. What
    only explains other rows is listed nowhere: it ends in staging.
#}
{% macro listed_tables() %}
    {{ return([
        {'system': 'connectwise', 'table': 'companies', 'model': 'clients', 'id': 'client_id',
            'where': "listed.source_system = 'connectwise'"},
        {'system': 'connectwise', 'table': 'agreements', 'model': 'agreements', 'id': 'agreement_id',
            'where': "listed.source_system = 'connectwise'"},
        {'system': 'connectwise', 'table': 'catalog', 'model': 'products', 'id': 'product_id', 'quantity': 'list_price',
            'also_in': 'stg_connectwise__catalog'},
        {'system': 'connectwise', 'table': 'invoices', 'model': 'psa_invoices', 'id': 'invoice_id',
            'quantity': 'subtotal'},
        {'system': 'microsoft_graph', 'table': 'tenants', 'model': 'vendor_accounts', 'id': 'account_id',
            'where': "listed.source_system = 'microsoft_graph'", 'also_in': 'stg_microsoft_graph__tenants'},
        {'system': 'microsoft_graph', 'table': 'directory_subscriptions',
            'model': 'stg_microsoft_graph__directory_subscriptions', 'name': 'staging',
            'id': "account_id || ':' || directory_subscription_id", 'quantity': 'total_licenses'},
        {'system': 'pax8', 'table': 'companies', 'model': 'vendor_accounts', 'id': 'account_id',
            'where': "listed.source_system = 'pax8'", 'also_in': 'stg_pax8__companies'},
        {'system': 'pax8', 'table': 'products', 'model': 'vendor_products', 'id': 'vendor_product_id',
            'where': "listed.source_system = 'pax8'", 'also_in': 'stg_pax8__products'},
        {'system': 'pax8', 'table': 'invoices', 'model': 'public_vendor_invoices', 'layer': 'marts', 'name': 'vendor_invoices',
            'id': 'invoice_id', 'quantity': 'payable_total'},
        {'system': 'pax8', 'table': 'invoice_items', 'model': 'vendor_charges', 'layer': 'marts', 'id': 'x_source_record_id',
            'where': "charge_category != 'Tax'", 'is_counted_only': true},
        {'system': 'ninjaone', 'table': 'organizations', 'model': 'vendor_accounts', 'id': 'account_id',
            'where': "listed.source_system = 'ninjaone'", 'also_in': 'stg_ninjaone__organizations'},
        {'system': 'ninjaone', 'table': 'computer_systems', 'model': 'stg_ninjaone__computer_systems',
            'name': 'staging', 'id': 'device_id'},
    ]) }}
{% endmacro %}
