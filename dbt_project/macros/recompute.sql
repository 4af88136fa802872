{#
    The rows of a raw table as the second opinion reads them: of the answers in use the newest version of each key. Written
    for this room alone: it shares nothing with staging, so that a fault there shows.
#}
{% macro raw_rows_in_use(system, table, key, newest_by='null') -%}
    select raw_rows.*
    from {{ source('raw_' ~ system, table) }} as raw_rows
    inner join {{ ref('recomputed_reads') }} as answers
        on
            answers.source_system = '{{ system }}'
            and answers.table_name = '{{ table }}'
            and raw_rows._dlt_load_id = answers.load_id
            {%- if 'tenant_id' in key and table != 'tenants' %}
            and lower(raw_rows.tenant_id) = lower(answers.account_id)
            {%- endif %}
    qualify
        row_number() over (
            partition by {% for column in key %}raw_rows.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
            order by answers.captured_at desc, {{ newest_by }} desc nulls last, hash(raw_rows._source_row)
        ) = 1
{%- endmacro %}

{# The calendar day of a vendor's moment, in UTC. #}
{% macro day_of(moment) -%}
    cast(({{ moment }}) at time zone 'UTC' as date)
{%- endmacro %}

{# Whether a rule holds on the run's last day. #}
{% macro holds(rule) -%}
    ({{ rule }}.valid_from is null or {{ rule }}.valid_from <= run.cutoff_date)
    and ({{ rule }}.valid_to is null or {{ rule }}.valid_to > run.cutoff_date)
{%- endmacro %}

{# An amount by the unit, to six decimals, half away from zero, without a float on the way. #}
{% macro exact_share(amount, units) -%}
    {%- set millionths = "cast(cast(abs(" ~ amount ~ ") as decimal(26, 6)) * cast(1000000 as decimal(7, 0)) as hugeint)" -%}
    {%- set shares = "cast(" ~ units ~ " * 10000 as hugeint)" -%}
    (
        cast((2 * 10000 * {{ millionths }} + {{ shares }}) // nullif(2 * {{ shares }}, 0) as decimal(24, 0))
        * 0.000001 * cast(sign({{ amount }}) as decimal(1, 0))
    )
{%- endmacro %}
