{#
    The rows of a raw table that count in this run. Two modes, as declared beside the connectors:
    snapshot - one read is the whole table, so the newest complete read is the truth;
    versions - changed rows after a full read, so the newest version of each key is the truth.

    Both give the raw columns plus read_at (when the source last confirmed the row) and one row per key: a page that the
    source delivers twice must not multiply anything. Equal keys are settled by read, then by `newest_by`, then by the
    row's own text, so that the outcome never depends on the order of arrival.
#}
{% macro snapshot_rows(system, table, key, account_column=none) %}
    {{ _current_rows(system, table, key, account_column, newest_by=none, only_newest_read=true) }}
{% endmacro %}

{% macro version_rows(system, table, key, newest_by=none) %}
    {{ _current_rows(system, table, key, account_column=none, newest_by=newest_by, only_newest_read=false) }}
{% endmacro %}

{# Nearly every key comes once: only keys that came more often are put in order, which spares a sort of all rows. #}
{% macro _current_rows(system, table, key, account_column, newest_by, only_newest_read) %}
    with arrived as not materialized (
        select
            raw_rows.*,
            reads.captured_at as read_at
        from {{ source('raw_' ~ system, table) }} as raw_rows
        inner join {{ ref('current_reads') }} as reads
            on
                raw_rows._dlt_load_id = reads.load_id
                and reads.source_system = '{{ system }}'
                and reads.table_name = '{{ table }}'
                {% if account_column %}and raw_rows.{{ account_column }} = reads.raw_account_id{% endif %}
                {% if only_newest_read %}and reads.is_newest{% endif %}
    ),

    repeated as (
        select {{ key | join(', ') }}
        from arrived
        group by {{ key | join(', ') }}
        having count(*) > 1
    )

    select arrived.*
    from arrived
    anti join repeated on {{ _same_key(key) }}

    union all

    select arrived.*
    from arrived
    semi join repeated on {{ _same_key(key) }}
    qualify
        row_number() over (
            partition by {% for column in key %}arrived.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
            order by
                arrived.read_at desc,
                {% if newest_by %}arrived.{{ newest_by }} desc nulls last,{% endif %}
                hash(arrived._source_row)
        ) = 1
{% endmacro %}

{% macro _same_key(key) -%}
    {% for column in key %}arrived.{{ column }} is not distinct from repeated.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
{%- endmacro %}
