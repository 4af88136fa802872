{#
    The months of a commitment term from the vendor's word for it ('1-Year', 'Annual', 'Monthly', 'One-Month', 'P3Y'); NULL
    where nobody knows the word. How often something is charged is no term: a monthly bill may hide a promise of a year.
#}
{% macro term_months(term) -%}
    {%- set word = "replace(replace(lower(trim(" ~ term ~ ")), '-', ''), ' ', '')" -%}
    case
        when {{ word }} in ('none', 'nocommitment', 'noterm', 'monthtomonth') then 0
        when {{ word }} in ('month', 'monthly', 'onemonth') then 1
        when {{ word }} in ('year', 'yearly', 'annual', 'annually', 'oneyear') then 12
        when {{ word }} in ('twoyear', 'twoyears', 'biennial') then 24
        when {{ word }} in ('threeyear', 'threeyears', 'triennial') then 36
        when regexp_full_match({{ word }}, 'p?[0-9]{1,2}(y|years?)')
            then 12 * cast(regexp_extract({{ word }}, '[0-9]+') as integer)
        when regexp_full_match({{ word }}, 'p?[0-9]{1,2}(m|months?)')
            then cast(regexp_extract({{ word }}, '[0-9]+') as integer)
    end
{%- endmacro %}

{# Days after a purchase, an addition or a renewal within which seats under a term can be given back. #}
{% macro window_days() -%}
    7
{%- endmacro %}
