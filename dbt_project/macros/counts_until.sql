{#
    Up to when reads of a table count. A state (a census, subscriptions, what the PSA bills) has no past, so it counts up to
    the cut-off: what the PSA is told after a month's end belongs to later months. Files of quantities, which say nothing of
    when their content was true, and dated documents count up to as-of: an invoice that arrives after the period's end
    still says which days it is about. Where nobody read a source in time, its first good read after the period counts
    instead (tables_read_in_time).
#}
{% macro counts_until(reads, sources, run) -%}
    case
        {%- for dated in dated_tables() %}
        when {{ reads }}.source_system = '{{ dated.system }}' and {{ reads }}.table_name = '{{ dated.table }}'
            then {{ run }}.as_of
        {%- endfor %}
        else {{ run }}.cutoff
    end
{%- endmacro %}

{# The tables whose rows say which days they are about (`is_dated`); a test holds them to the declarations. #}
{% macro dated_tables() %}
    {{ return([
        {'system': 'exports', 'table': 'vendor_quantities'},
        {'system': 'connectwise', 'table': 'invoices'},
        {'system': 'pax8', 'table': 'invoices'},
        {'system': 'pax8', 'table': 'invoice_items'},
    ]) }}
{% endmacro %}

{#
    The tables of which a read tells how the period ended. A vendor's: any read within the period. What is billed: a read
    before the cut-off that is no older than the source's limit, or nearer to it than the first one after; a folder of the
    inbox without a single billing line has told nothing. Folders are read each by itself, so each is judged by itself.
#}
{% macro tables_read_in_time() -%}
    select
        reads.source_system,
        reads.table_name,
        {{ judged_apart('reads') }} as folder
    from {{ ref('stg_control__reads') }} as reads
    inner join {{ ref('stg_control__sources') }} as sources on reads.source_system = sources.source_system
    cross join {{ ref('stg_control__run') }} as run
    where
        reads.status = 'ok'
        and reads.captured_at <= run.as_of
        and (reads.source_system != 'exports' or reads.table_name != 'billing_lines' or reads.row_count > 0)
    group by reads.source_system, reads.table_name, folder
    having
        max(reads.captured_at) filter (where reads.captured_at <= run.cutoff)
        >= case
            when any_value(sources.role) = 'psa' or reads.table_name = 'billing_lines'
                then
                    any_value(run.cutoff) - greatest(
                        to_hours(any_value(sources.limit_hours)),
                        min(reads.captured_at) filter (where reads.captured_at > run.cutoff) - any_value(run.cutoff)
                    )
            else any_value(run.period_start)
        end
{%- endmacro %}

{# The folder of the inbox that a read is of; NULL for tables whose accounts are read within one run. #}
{% macro judged_apart(reads) -%}
    case when {{ reads }}.source_system = 'exports' then {{ reads }}.account_id end
{%- endmacro %}

{# The first good read of a group after the period; of billing lines in the inbox the first one with any. #}
{% macro first_read_after(reads, run) -%}
    coalesce(
        min({{ reads }}.captured_at) filter (
            where
            {{ reads }}.captured_at > {{ run }}.cutoff
            and ({{ reads }}.table_name != 'billing_lines' or {{ reads }}.row_count > 0)
        ),
        min({{ reads }}.captured_at) filter (where {{ reads }}.captured_at > {{ run }}.cutoff)
    )
{%- endmacro %}
