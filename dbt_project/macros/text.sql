{# Text from outside, brought to comparable forms. Each macro takes and gives a SQL expression. #}

{# Trimmed text; empty text is NULL. #}
{% macro clean(text) -%}
    nullif(trim({{ text }}), '')
{%- endmacro %}

{# GUIDs compare without case and braces. #}
{% macro guid(text) -%}
    nullif(lower(trim({{ text }}, ' {}')), '')
{%- endmacro %}

{# 'PSA' ids are numbers per system: the system that issued an id always goes with it. #}
{% macro scoped_id(system, id) -%}
    '{{ system }}:' || cast({{ id }} as varchar)
{%- endmacro %}

{# What a vendor row's account and product are listed under, also where the row names none; `of` is its table and a dot. #}
{% macro account_key(of='') -%}
    {{ of }}source_system || ':' || coalesce({{ of }}account_id, 'no account')
{%- endmacro %}

{% macro vendor_product_key(of='') -%}
    {{ of }}source_system || ':' || coalesce({{ of }}vendor_product_id, 'no product')
{%- endmacro %}

{# An account as people know it, with its id; the id alone where nobody named it. #}
{% macro account_text(account_id, account_name) -%}
    coalesce(nullif({{ account_name }}, {{ account_id }}) || ' (' || {{ account_id }} || ')', {{ account_id }})
{%- endmacro %}

{#
    Case, accents, punctuation and spacing folded: 'Café  Noir, Inc.' and 'CAFE NOIR INC' are one text. '&' reads 'and',
    '+' 'plus' and '#' 'sharp', since 'Backup+' is not 'Backup'; apostrophes vanish.
#}
{% macro fold(text) -%}
    nullif(
        trim(regexp_replace(
            replace(replace(replace(
                regexp_replace(lower(strip_accents({{ text }})), '[''’`´]', '', 'g'), '&', ' and '
            ), '+', ' plus '), '#', ' sharp '), '[^\p{L}\p{N}]+', ' ', 'g'
        )),
        ''
    )
{%- endmacro %}

{#
    A name that stands for an id in a file that has none: case and blanks folded, and nothing else. 'Backup' and 'Backup+'
    are two products, 'C++ Labs' and 'C Labs' two clients; that 'Acme, Inc.' may be 'Acme Inc' is for matching to say.
#}
{% macro name_as_id(text) -%}
    nullif(trim(regexp_replace(lower({{ text }}), '\s+', ' ', 'g')), '')
{%- endmacro %}

{# The domain of a web address: scheme, 'www.', port and path cut off; NULL where no dot is left. #}
{% macro domain_of(address) -%}
    nullif(
        regexp_extract(
            lower(trim({{ address }})), '^(?:[a-z][a-z0-9+.-]*://)?(?:www\.)?([a-z0-9_-]+(?:\.[a-z0-9_-]+)+)', 1
        ),
        ''
    )
{%- endmacro %}

{# The folded names of a list of {name}. #}
{% macro folded_names(items) -%}
    list_transform({{ items }}, lambda item: {{ fold('item.name') }})
{%- endmacro %}

{# The value of the custom field with this caption (given in lower case); NULL where there is none. #}
{% macro custom_field(fields, caption) -%}
    struct_extract(
        list_filter({{ fields }}, lambda field: lower(trim(field.caption)) = '{{ caption }}')[1], 'value'
    )
{%- endmacro %}

{# Graph ids compare without case; other systems' ids stay as they are. Rules name ids of any system. #}
{% macro vendor_id(system, id) -%}
    case when trim({{ system }}) = 'microsoft_graph' then lower(trim({{ id }})) else trim({{ id }}) end
{%- endmacro %}

{#
    Whether all rows of a group have the same text; rows without one do not count. Hashes are compared in the place of
    texts, which DuckDB would copy for every row.
#}
{% macro all_agree(column) -%}
    min(case when {{ column }} is not null then hash({{ column }}) end)
    = max(case when {{ column }} is not null then hash({{ column }}) end)
{%- endmacro %}

{# The text that all rows of a group share, NULL where two differ. #}
{% macro if_all_agree(column) -%}
    case when {{ all_agree(column) }} then any_value({{ column }}) end
{%- endmacro %}

{#
    The id that a rule means. In a file without ids names stand for them, case and blanks folded (`name_as_id`); a rule may
    name them as the file writes them. An id that a file does have stands as it is. `system` is the rule's column that
    names the system, '*' for any; ids of the PSA have it in front. Which ids there are, `exported_ids` knows: rules
    are written in canonical terms.
#}
{% macro id_as_read(kind, id, system=none) -%}
    {%- set of_system = "and " ~ system ~ " in (exported.source_system, '*')" if system else '' -%}
    case
        when
            {{ name_as_id(id) }} != {{ id }}
            and exists(
                select 1 from {{ ref('exported_ids') }} as exported
                where exported.kind = '{{ kind }}' and exported.id = {{ name_as_id(id) }} {{ of_system }}
            )
            and not exists(
                select 1 from {{ ref('exported_ids') }} as exported
                where exported.kind = '{{ kind }}' and exported.id = {{ id }} {{ of_system }}
            )
            then {{ name_as_id(id) }}
        else {{ id }}
    end
{%- endmacro %}
