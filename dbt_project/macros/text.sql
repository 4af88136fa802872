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

{# Case, accents, punctuation and spacing folded: 'Café  Noir, Inc.' and 'CAFE NOIR INC' are one text. '&' reads 'and', apostrophes vanish. #}
{% macro fold(text) -%}
    nullif(
        trim(regexp_replace(
            replace(regexp_replace(lower(strip_accents({{ text }})), '[''’`´]', '', 'g'), '&', ' and '), '[^\p{L}\p{N}]+', ' ', 'g'
        )),
        ''
    )
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
